//! What became of the workloads: a figure means something only for the text that it is of.

use std::collections::BTreeMap;

/// A difference between the workloads that were accepted and those that there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Difference<'a> {
    /// It is there under the second name.
    Renamed(&'a str, &'a str),
    /// It is not there.
    Removed(&'a str),
    /// Its text is another.
    Edited(&'a str),
    /// It was not there.
    Added(&'a str),
}

impl Difference<'_> {
    /// What happened, in words.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Renamed(old, new) => format!("the workload {old} was renamed to {new}"),
            Self::Removed(name) => format!("the workload {name} was removed"),
            Self::Edited(name) => format!("the workload {name} was edited"),
            Self::Added(name) => format!("the workload {name} is new"),
        }
    }
}

type Hashes = BTreeMap<String, String>;

/// The differences, by name.
pub(super) fn differences<'a>(accepted: &'a Hashes, now: &'a Hashes) -> Vec<Difference<'a>> {
    let is_new = |name: &String| !accepted.contains_key(name);
    let new_name = |hash: &String| {
        let mut names = now.iter().filter(|(name, _)| is_new(name));
        names.find(|(_, found)| *found == hash)
    };
    let mut renamed = Vec::new();
    let mut found = Vec::new();
    for (name, hash) in accepted {
        match now.get(name) {
            Some(same) if same == hash => {}
            Some(_) => found.push(Difference::Edited(name)),
            None => match new_name(hash) {
                Some((new, _)) => {
                    renamed.push(new);
                    found.push(Difference::Renamed(name, new));
                }
                None => found.push(Difference::Removed(name)),
            },
        }
    }
    let added = now
        .keys()
        .filter(|name| is_new(name) && !renamed.contains(name));
    found.extend(added.map(|name| Difference::Added(name)));
    found
}

#[cfg(test)]
mod tests {
    use super::{Difference, Hashes, differences};

    fn hashes(pairs: &[(&str, &str)]) -> Hashes {
        let pairs = pairs
            .iter()
            .map(|&(name, hash)| (name.to_owned(), hash.to_owned()));
        pairs.collect()
    }

    #[test]
    fn every_difference_is_told_once() {
        let accepted = hashes(&[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]);
        let now = hashes(&[("a", "1"), ("b", "9"), ("e", "4"), ("f", "5")]);
        assert_eq!(
            differences(&accepted, &now),
            [
                Difference::Edited("b"),
                Difference::Removed("c"),
                Difference::Renamed("d", "e"),
                Difference::Added("f"),
            ]
        );
        assert_eq!(differences(&accepted, &accepted), []);
    }
}
