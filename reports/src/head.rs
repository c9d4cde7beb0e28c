//! What ran where, as every renderer's head has it.

use std::fmt::Write as _;

use crate::folder::Beside;
use crate::stats::noise::{self, Grade, Noise};
use crate::{Folder, Report, Round, format};

/// The head of a rendering.
pub(crate) struct Head {
    /// How quiet the machine was, which comes first; none where too few rounds tell.
    pub(crate) grade: Option<Grade>,
    /// The grade in a sentence.
    pub(crate) noise: String,
    /// What else to know, as pairs of name and value.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// What makes the record less than it should be, a sentence each.
    pub(crate) warnings: Vec<String>,
}

impl Head {
    /// The head of a folder's renderings.
    pub(crate) fn of(folder: &Folder) -> Self {
        let report = &folder.report;
        let noise = noise(report);
        Self {
            grade: noise.grade,
            noise: sentence(&noise),
            facts: facts(folder),
            warnings: warnings(folder, noise.grade),
        }
    }
}

impl Report {
    /// How noisy the machine was; none where too few rounds tell.
    pub fn grade(&self) -> Option<Grade> {
        noise(self).grade
    }
}

/// How noisy the machine was in a run.
pub(crate) fn noise(report: &Report) -> Noise {
    let rounds: Vec<_> = report.rounds.iter().map(round).collect();
    Noise::of(&rounds)
}

pub(crate) fn round(round: &Round) -> noise::Round {
    noise::Round {
        calibration_ns: round.calibration_ns,
        steal: round.steal,
        throttled: round.throttled.is_some_and(|times| times > 0),
        load: round.load.unwrap_or(0.0),
    }
}

/// What was seen of the machine, the grade first.
pub(crate) fn sentence(noise: &Noise) -> String {
    let Some((grade, spread)) = noise.grade.zip(noise.spread) else {
        return format!("unknown: {} rounds are too few to tell", noise.rounds);
    };
    let mut text = format!(
        "{grade}: the calibration loop spreads by {:.1} % over {} rounds",
        spread * 100.0,
        noise.rounds
    );
    if let Some(steal) = noise.steal {
        let _ = write!(text, ", {:.1} % of the time was stolen", steal * 100.0);
    }
    if noise.throttled > 0 {
        let _ = write!(text, ", throttled in {} rounds", noise.throttled);
    }
    let _ = write!(text, ", load up to {:.1}", noise.load);
    text
}

fn warnings(folder: &Folder, grade: Option<Grade>) -> Vec<String> {
    let report = &folder.report;
    let mut warnings = Vec::new();
    if !report.complete {
        warnings.push(
            "Partial: the run was stopped before its end, so that rows have fewer samples than they were to have, or \
             none."
                .to_owned(),
        );
    }
    if grade == Some(Grade::D) {
        warnings.push("The machine was too noisy for times: they are struck through.".to_owned());
    }
    if let Some(revision) = &report.versions.git_revision
        && revision.ends_with("-dirty")
    {
        warnings.push("Files differed from the commit.".to_owned());
    }
    warnings.extend(folder.other_commits(&Beside::ALL));
    warnings
}

fn facts(folder: &Folder) -> Vec<(&'static str, String)> {
    let Report {
        machine,
        versions,
        settings,
        provenance,
        ..
    } = &folder.report;
    let unknown = || "unknown".to_owned();
    let settings_text = settings
        .further
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>();
    let mut facts = vec![
        (
            "commit",
            versions.git_revision.clone().unwrap_or_else(unknown),
        ),
        ("doeff_vm", versions.doeff_vm.clone()),
        (
            "CPython",
            format!("{} ({})", versions.python, versions.python_prefix),
        ),
        ("built with", build(folder)),
        ("seed", settings.seed.to_string()),
        ("created", folder.report.created.clone()),
        ("mode", folder.report.mode.to_string()),
        (
            "processor",
            format!("{}, {} cores", machine.cpu, machine.cores),
        ),
        ("memory", format::memory(machine.memory_bytes)),
        (
            "system",
            format!("{}, kernel {}", machine.os, machine.kernel),
        ),
        (
            "clock",
            machine
                .clock_resolution_ns
                .map_or_else(unknown, |ns| format!("resolution {ns} ns")),
        ),
        ("Rust", versions.rustc.clone()),
    ];
    if let Some(libpython) = &provenance.libpython {
        facts.push(("libpython", libpython.to_string()));
    }
    if let Some(wheel) = &provenance.wheel {
        facts.push(("wheel", wheel.to_string()));
    }
    for (engine, revision) in &provenance.revisions {
        facts.push(("revision", format!("{engine} is {revision}")));
    }
    if !settings_text.is_empty() {
        facts.push(("settings", settings_text.join(", ")));
    }
    facts
}

/// How CPython was optimised: what differs most between two interpreters of one version.
pub(crate) fn build(folder: &Folder) -> String {
    let provenance = &folder.report.provenance;
    let flag = |name: &str, set: Option<bool>| match set {
        Some(true) => format!("with {name}"),
        Some(false) => format!("without {name}"),
        None => format!("{name} unknown"),
    };
    format!(
        "{}, {}",
        flag("PGO", provenance.python_pgo),
        flag("LTO", provenance.python_lto)
    )
}
