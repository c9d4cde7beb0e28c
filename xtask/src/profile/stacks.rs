//! Folded stacks: a line for each, the outermost function first, and what was spent in the innermost itself.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use anyhow::{Context as _, Result};

/// What was spent by stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stacks(BTreeMap<String, u64>);

impl Stacks {
    /// Reads lines such as `outer;inner 12`.
    ///
    /// # Errors
    /// When a line is none.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut stacks = Self::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let (stack, count) = line
                .rsplit_once(' ')
                .and_then(|(stack, count)| Some((stack, count.parse::<u64>().ok()?)))
                .with_context(|| format!("{line:?} is no stack with a count"))?;
            *stacks.0.entry(stack.to_owned()).or_default() += count;
        }
        Ok(stacks)
    }

    /// Adds what was spent in the last of these functions, which the others called.
    pub(crate) fn add<'a>(&mut self, functions: impl Iterator<Item = &'a str>, count: u64) {
        // What separates functions may be in a name: `[u8; 4]`.
        let names = functions.map(|name| name.replace(';', ","));
        let stack = names.collect::<Vec<_>>().join(";");
        *self.0.entry(stack).or_default() += count;
    }

    /// What was spent in the outermost function that `is_root` knows and below it, without what called it. Stacks
    /// without such a function are left out.
    pub(crate) fn below(&self, is_root: impl Fn(&str) -> bool) -> Self {
        let mut below = Self::default();
        for (stack, count) in &self.0 {
            let functions = stack.split(';');
            let mut from_root = functions.skip_while(|name| !is_root(name)).peekable();
            if from_root.peek().is_some() {
                below.add(from_root, *count);
            }
        }
        below
    }

    /// All, with another name for a function.
    pub(crate) fn renamed(&self, old: &str, new: &str) -> Self {
        let mut renamed = Self::default();
        for (stack, count) in &self.0 {
            let functions = stack.split(';');
            renamed.add(
                functions.map(|name| if name == old { new } else { name }),
                *count,
            );
        }
        renamed
    }

    /// Those in which there is no such function.
    pub(crate) fn without(&self, is_unwanted: impl Fn(&str) -> bool) -> Self {
        let stacks = self.0.iter();
        let wanted = stacks.filter(|(stack, _)| !stack.split(';').any(&is_unwanted));
        Self(
            wanted
                .map(|(stack, count)| (stack.clone(), *count))
                .collect(),
        )
    }

    /// What was spent in all.
    pub(crate) fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// What each function spent itself, the most first.
    pub(crate) fn hottest(&self) -> Vec<(&str, u64)> {
        let mut functions: HashMap<&str, u64> = HashMap::new();
        for (stack, count) in &self.0 {
            let innermost = stack.rsplit(';').next().unwrap_or(stack);
            *functions.entry(innermost).or_default() += count;
        }
        let mut functions: Vec<_> = functions.into_iter().collect();
        functions.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        functions
    }

    /// The lines, sorted.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.0
            .iter()
            .map(|(stack, count)| format!("{stack} {count}"))
    }
}

impl fmt::Display for Stacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Stacks;

    #[test]
    fn equal_stacks_are_added_up() {
        let stacks = Stacks::parse("a b;c 1\na b;c 2\nd 4\n\n").expect("they are folded");
        assert_eq!(stacks.to_string(), "a b;c 3\nd 4\n");
        assert_eq!(stacks.total(), 7);
        assert!(Stacks::parse("a;b").is_err());
        assert!(Stacks::parse("a;b c").is_err());
    }

    #[test]
    fn a_name_separates_nothing() {
        let mut stacks = Stacks::default();
        stacks.add(["f", "<[u8; 4]>::g"].into_iter(), 5);
        assert_eq!(stacks.to_string(), "f;<[u8, 4]>::g 5\n");
    }

    #[test]
    fn what_is_not_below_the_root_is_left_out() {
        let text = "main;root;a 1\nmain;root;a;root;b 2\nmain;start 4\nmain;root 8\n";
        let stacks = Stacks::parse(text).expect("they are folded");
        let below = stacks.below(|name| name == "root");
        assert_eq!(below.to_string(), "root 8\nroot;a 1\nroot;a;root;b 2\n");
    }

    #[test]
    fn functions_are_renamed_and_left_out() {
        let stacks = Stacks::parse(" 1\na;b 2\nc 4\n").expect("they are folded");
        let renamed = stacks.renamed("", "none").without(|name| name == "b");
        assert_eq!(renamed.to_string(), "c 4\nnone 1\n");
    }

    #[test]
    fn what_a_function_spends_itself_is_added_up() {
        let stacks = Stacks::parse("a;b 3\nb 4\na 5\n").expect("they are folded");
        assert_eq!(stacks.hottest(), [("b", 7), ("a", 5)]);
    }
}
