//! The instruction counts as GitHub Markdown.

use std::fmt::Write as _;

use super::{Ceiling, Cost, Event, Floor, Instructions, Law, Part, Verdict};
use crate::text::{TextTable, escape};
use crate::{Engine, format};

/// The whole report: the verdict, the tables, what was counted and how.
pub fn report(record: &Instructions) -> String {
    let mut text = String::from("# Instructions per operation\n\n");
    text += &build(record);
    text += "\n## Verdict\n\n";
    text += &verdict(record);
    text += "\n";
    text += &tables(record);
    text += "\n## Method\n\n";
    text += METHOD;
    text
}

const METHOD: &str = "\
Each count is that of a process of its own under `valgrind --tool=callgrind`: it starts the interpreter with
a fixed hash seed, makes a small run to warm the code up, runs one case once, and checks the answer. What an
operation costs is the difference between two such processes over the operations that one makes more than
the other; Python's garbage collector runs in them as it does for users. The floor is the cheapest native
loop that does the same Python-side work with the VM's own classes.

The VM's instructions are told apart by the function that makes them: CPython's are those of its library and
extension modules, the binding's those of the crate `doeff_vm` and of PyO3, the core's those of `doeff_vm_core`;
the rest, such as the C library's, is other. What the compiler puts into a caller counts as the caller's, which is
how the binding comes by some of the core's work. The parts add up to the count.

Branches are exact. Mispredictions and cache misses are *simulated*: those of a simple predictor and of fixed
caches, not of this machine's processor. They are counted in full runs. Of system calls, looking at the clock
is one under valgrind only.

A law holds where the exponent of the power law that fits its counts best (the least-squares slope on
logarithmic axes) is not above its ceiling: about 0 where a cost must not grow at all, about 1 where it may
be proportional.
";

/// The tables of costs, floors and laws.
pub fn tables(record: &Instructions) -> String {
    let mut text = String::new();
    let mut section = |title: &str, table: Option<String>| {
        if let Some(table) = table {
            if !text.is_empty() {
                text.push('\n');
            }
            let _ = write!(text, "## {title}\n\n{table}");
        }
    };
    section("The VM and the floor", costs(&record.costs));
    section("Laws", laws(&record.laws));
    section("The floor", floors(&record.floors));
    section("Whose instructions they are", parts(&record.costs));
    section("Beside the instructions", events(&record.costs));
    text
}

fn build(record: &Instructions) -> String {
    let mut table = TextTable::new(&[("", false), ("", false)]);
    let versions = &record.build.versions;
    let revision = versions.git_revision.as_deref().unwrap_or("unknown");
    let repeats = record.repeats.as_ref().map_or_else(
        || "everything was counted once".to_owned(),
        |repeats| {
            let percent = repeats.largest * 100.0;
            format!(
                "two counts differ by at most {percent:.3} % ({})",
                repeats.of
            )
        },
    );
    for (name, value) in [
        ("created", record.created.as_str()),
        ("mode", &record.mode.to_string()),
        ("doeff_vm", &versions.doeff_vm),
        (
            "Python",
            &format!("{} ({})", versions.python, versions.python_prefix),
        ),
        ("libpython, SHA-256", &record.build.libpython_sha256),
        ("Rust", &versions.rustc),
        ("Cargo.lock, SHA-256", &record.build.lock_sha256),
        ("profile", &record.build.profile),
        ("valgrind", &record.build.valgrind),
        ("Gungraun", &record.build.gungraun),
        ("C library", &record.build.libc),
        ("revision", revision),
        ("repeats", &repeats),
    ] {
        table.row(vec![name.to_owned(), escape(value)]);
    }
    table.render()
}

fn verdict(record: &Instructions) -> String {
    if record.broken.is_empty() {
        return "Every ceiling holds.\n".to_owned();
    }
    let mut text = String::from("Broken:\n\n");
    for problem in &record.broken {
        let _ = writeln!(text, "- {}", escape(problem));
    }
    text
}

fn costs(costs: &[Cost]) -> Option<String> {
    if costs.is_empty() {
        return None;
    }
    let mut others: Vec<_> = costs.iter().flat_map(|cost| cost.counts.keys()).collect();
    others.sort();
    others.dedup();
    others.retain(|&engine| ![Engine::VM, Engine::FLOOR].contains(engine));
    let mut header = vec![("workload".to_owned(), false)];
    header.extend(["VM", "floor"].map(|name| (name.to_owned(), true)));
    header.extend(others.iter().map(|engine| (escape(engine.name()), true)));
    header.extend(["VM − floor", "VM / floor", "ceiling"].map(|name| (name.to_owned(), true)));
    header.push(("verdict".to_owned(), false));
    let mut table = TextTable::new(&header);
    for cost in costs {
        let (vm, floor) = (cost.count(&Engine::VM), cost.count(&Engine::FLOOR));
        let mut cells = vec![escape(&cost.label()), optional(vm), optional(floor)];
        cells.extend(others.iter().map(|engine| optional(cost.count(engine))));
        cells.extend([
            optional(vm.zip(floor).map(|(vm, floor)| vm - floor)),
            cost.times_floor()
                .map_or_else(|| format::MISSING.to_owned(), |ratio| format!("{ratio:.3}")),
            match cost.ceiling {
                None => format::MISSING.to_owned(),
                Some(Ceiling::TimesFloor(ceiling)) => format!("{ceiling}"),
                Some(Ceiling::Instructions(ceiling)) => format!("{ceiling} instructions"),
            },
            shown(cost.verdict()),
        ]);
        table.row(cells);
    }
    Some(table.render())
}

fn laws(laws: &[Law]) -> Option<String> {
    if laws.is_empty() {
        return None;
    }
    let mut table = TextTable::new(&[
        ("cost", false),
        ("over", false),
        ("counts", false),
        ("exponent", true),
        ("ceiling", true),
        ("verdict", false),
    ]);
    for law in laws {
        let points = law.points.iter().map(|point| {
            let (at, count) = (format::count(point.at), format::instructions(point.count));
            format!("{at}: {count}")
        });
        table.row(vec![
            escape(&law.cost),
            escape(&law.over),
            points.collect::<Vec<_>>().join("; "),
            format!("{:.4}", law.exponent),
            format!("{}", law.ceiling),
            shown(law.verdict()),
        ]);
    }
    Some(table.render())
}

fn floors(floors: &[Floor]) -> Option<String> {
    if floors.is_empty() {
        return None;
    }
    let mut table = TextTable::new(&[
        ("workload", false),
        ("floor", true),
        ("recorded", true),
        ("limit", true),
        ("verdict", false),
    ]);
    for floor in floors {
        table.row(vec![
            escape(&floor.label()),
            format::instructions(floor.count),
            optional(floor.recorded),
            optional(floor.limit),
            shown(floor.verdict()),
        ]);
    }
    let mut text = table.render();
    if floors.iter().all(|floor| floor.recorded.is_none()) {
        text += "\nNothing is recorded for this interpreter; `--accept` records these counts.\n";
    }
    Some(text)
}

/// What else was counted, a row for each engine; only what some row has is a column.
fn events(costs: &[Cost]) -> Option<String> {
    let rows = || {
        let rows = costs.iter();
        rows.flat_map(|cost| cost.events.iter().map(move |events| (cost, events)))
    };
    let found = |event| rows().any(|(_, (_, events))| events.contains_key(event));
    let columns: Vec<_> = Event::ALL.iter().filter(|event| found(event)).collect();
    if columns.is_empty() {
        return None;
    }
    let mut header = vec![("workload", false), ("engine", false)];
    header.extend(columns.iter().map(|event| (event.title(), true)));
    let mut table = TextTable::new(&header);
    for (cost, (engine, events)) in rows() {
        let mut cells = vec![escape(&cost.label()), escape(engine.name())];
        let shown = columns.iter().map(|event| match events.get(event) {
            None => format::MISSING.to_owned(),
            Some(count) => format!("{count:.3}"),
        });
        cells.extend(shown);
        table.row(cells);
    }
    Some(table.render())
}

fn optional(count: Option<f64>) -> String {
    count.map_or_else(|| format::MISSING.to_owned(), format::instructions)
}

fn shown(verdict: Verdict) -> String {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Broken => "**broken**",
        Verdict::Open => "",
    }
    .to_owned()
}

/// Whose instructions the VM's are, where they were told apart.
fn parts(costs: &[Cost]) -> Option<String> {
    let mut header = vec![("workload", false), ("VM", true)];
    header.extend(Part::ALL.iter().map(|part| (part.title(), true)));
    let mut table = TextTable::new(&header);
    let mut told = costs
        .iter()
        .filter(|cost| !cost.parts.is_empty())
        .peekable();
    told.peek()?;
    for cost in told {
        let parts = Part::ALL.iter().map(|part| cost.parts.get(part).copied());
        let mut cells = vec![escape(&cost.label()), optional(cost.count(&Engine::VM))];
        cells.extend(parts.map(optional));
        table.row(cells);
    }
    Some(table.render())
}
