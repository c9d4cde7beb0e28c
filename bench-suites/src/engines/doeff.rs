//! doeff 0.8 as published: a machine for effects whose core is in Rust, too.

use doeff_reports::Engine as Name;

use super::peer::{NotExpressed, Peer};

/// What doeff cannot say.
const CANNOT_EXPRESS: [NotExpressed; 1] = [NotExpressed {
    workload: "builtin_effects",
    parameter: Some("effect=modify"),
    reason: "it has no Modify, and says to use Get and Put instead",
}];

/// doeff 0.8, in a process of its own.
pub(super) fn engine() -> Peer {
    Peer::new(Name::DOEFF_0_8, "doeff_0_8", &CANNOT_EXPRESS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::PathBuf;

    use doeff_reports::{Engine as Name, Mode};

    use super::{CANNOT_EXPRESS, engine};
    use crate::engine::Engine as _;
    use crate::python::{with_python, workspace};
    use crate::workload::{Source, Workload};

    fn files() -> PathBuf {
        workspace().join("bench-suites/peers/doeff_0_8")
    }

    fn programs() -> PathBuf {
        workspace().join("bench-suites/programs")
    }

    #[test]
    fn every_version_is_pinned_and_the_packages_are_those_that_reports_name() {
        let text = fs::read_to_string(files().join("requirements.txt")).expect("it is there");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let pins: Option<BTreeMap<_, _>> = lines.map(|line| line.split_once("==")).collect();
        let pins = pins.expect("each line is a pin");
        for package in ["doeff", "doeff-core-effects", "doeff-vm"] {
            assert_eq!(pins.get(package), Some(&"0.8.0"), "{package}");
        }
        let about = Name::DOEFF_0_8.about().expect("reports know it");
        assert!(about.starts_with("doeff 0.8.0 "), "{about}");
    }

    #[test]
    fn what_it_cannot_express_is_a_part_of_a_workload() {
        with_python(|py| {
            let engine = engine();
            for entry in &CANNOT_EXPRESS {
                let path = programs().join(entry.workload).with_extension("py");
                let source = Source::read(&path).expect("there is such a workload");
                let workload = Workload::check(py, source).expect("it is one");
                let cases = workload.cases(py, Mode::Quick).expect("its functions work");
                let refused = cases.iter().filter(|case| {
                    engine.cannot_express(entry.workload, case) == Some(entry.reason)
                });
                let refused = refused.count();
                assert!(refused > 0, "{}", entry.workload);
                assert_eq!(refused == cases.len(), entry.parameter.is_none());
            }
        });
    }

    #[test]
    fn every_variant_is_one_of_a_workload() {
        let variants = fs::read_dir(files().join("variants")).expect("there are some");
        for variant in variants {
            let name = variant.expect("it is readable").file_name();
            assert!(programs().join(&name).exists(), "{}", name.display());
        }
    }
}
