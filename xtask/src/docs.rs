//! Checks that the commands and bench targets named in the documentation exist.

use std::fs;

use clap::CommandFactory as _;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::cli::Cli;
use crate::workspace::Workspace;

const DOCUMENTS: [&str; 5] = [
    "README.md",
    "ARCHITECTURE.md",
    "docs/gate.md",
    "docs/memory.md",
    "docs/research.md",
];

/// The code in a Markdown text: each inline span, and each line of a block.
fn code(markdown: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut block = None;
    for event in Parser::new(markdown) {
        match (event, &mut block) {
            (Event::Start(Tag::CodeBlock(_)), _) => block = Some(String::new()),
            (Event::Text(text), Some(block)) => block.push_str(&text),
            (Event::End(TagEnd::CodeBlock), _) => {
                found.extend(block.take().unwrap_or_default().lines().map(str::to_owned));
            }
            (Event::Code(text), _) => found.push(text.into_string()),
            _ => {}
        }
    }
    found
}

/// The words after each `cargo xtask` in a piece of code, up to a comment or the next command.
fn invocations(code: &str) -> Vec<Vec<&str>> {
    let after = code.split("cargo xtask").skip(1);
    let words = |rest| {
        str::split_whitespace(rest)
            .take_while(|word| !word.starts_with(['#', '&', ';', '|', '(', '>']))
            .map(|word| word.trim_matches(['[', ']', ';', ',', '.', '"', '\'']))
            .collect()
    };
    after.map(words).collect()
}

/// The names after `cargo bench --bench` in a piece of code.
fn bench_targets(code: &str) -> Vec<&str> {
    let after = code.split("cargo bench --bench").skip(1);
    after
        .filter_map(|rest| rest.split_whitespace().next())
        .collect()
}

/// Why an invocation would be refused.
fn problem(words: &[&str]) -> Option<String> {
    let (name, rest) = words.split_first()?;
    let cli = Cli::command();
    let Some(command) = cli.find_subcommand(name) else {
        return Some(format!("there is no `cargo xtask {name}`"));
    };
    if command
        .get_arguments()
        .any(clap::Arg::is_trailing_var_arg_set)
    {
        return None; // its options are another program's
    }
    let longs: Vec<_> = command
        .get_arguments()
        .filter_map(clap::Arg::get_long)
        .collect();
    let flags = rest.iter().filter_map(|word| word.strip_prefix("--"));
    let mut names = flags.map(|flag| flag.split('=').next().unwrap_or(flag));
    let unknown = names.find(|flag| *flag != "help" && !longs.contains(flag))?;
    Some(format!("`cargo xtask {name}` has no option --{unknown}"))
}

fn problems(markdown: &str) -> Vec<String> {
    let code = code(markdown);
    let invocations = code.iter().flat_map(|code| invocations(code));
    invocations.filter_map(|words| problem(&words)).collect()
}

#[test]
fn commands_are_found_in_spans_and_blocks() {
    let markdown = "Run `cargo xtask\ntest --fail-fast`, or:\n\n\
                    ```sh\ncd x && cargo xtask wheel  # builds --it\n```\n\n    cargo xtask report | tail\n\nNot cargo xtask prose.\n";
    let code = code(markdown);
    let found: Vec<_> = code.iter().flat_map(|code| invocations(code)).collect();
    assert_eq!(
        found,
        [vec!["test", "--fail-fast"], vec!["wheel"], vec!["report"]]
    );
}

#[test]
fn bench_targets_are_found() {
    let code = "cargo bench --bench first -- --quick && cargo bench --bench second";
    assert_eq!(bench_targets(code), ["first", "second"]);
    assert_eq!(bench_targets("cargo bench -- --quick"), [""; 0]);
}

#[test]
fn what_does_not_exist_is_told() {
    assert_eq!(
        problems("`cargo xtask`, `cargo xtask test --only rust|python`"),
        [""; 0]
    );
    assert_eq!(
        problems("`cargo xtask dance` and `cargo xtask test --loud=yes`"),
        [
            "there is no `cargo xtask dance`",
            "`cargo xtask test` has no option --loud"
        ]
    );
}

#[test]
fn the_documents_name_real_commands() {
    let root = Workspace::find().expect("tests run in the workspace").root;
    for document in DOCUMENTS {
        let text = fs::read_to_string(root.join(document))
            .unwrap_or_else(|error| panic!("cannot read {document}: {error}"));
        assert_eq!(problems(&text), [""; 0], "in {document}");
        for target in code(&text).iter().flat_map(|code| bench_targets(code)) {
            let file = root.join(format!("bench-suites/benches/{target}.rs"));
            assert!(file.is_file(), "{target} in {document}");
        }
    }
}
