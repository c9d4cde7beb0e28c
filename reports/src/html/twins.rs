//! The virtual machine against itself.

use super::view::{Entry, Figure, Section, Table, svg};
use super::{Detail, HtmlError};
use crate::format;
use crate::plot::lanes::{self, Axis, Dot, Labels, Lane};
use crate::table::{Comparison, Group, Twin};

/// The section; none where the machine ran only once.
pub(super) fn section(
    comparison: &Comparison,
    detail: Detail,
) -> Result<Option<Section>, HtmlError> {
    // The noisiest size of each workload says what its margin is.
    let noisiest = comparison
        .groups
        .iter()
        .enumerate()
        .filter_map(|(index, group)| {
            let twins = comparison.twins.iter().filter(|twin| twin.group == index);
            let noisiest = twins.max_by(|a, b| a.detectable.total_cmp(&b.detectable))?;
            Some((group, noisiest))
        });
    let noisiest: Vec<_> = noisiest.collect();
    let lanes = noisiest.iter().take(detail.others);
    let lanes: Vec<_> = lanes.map(|(group, twin)| lane(group, twin)).collect();
    let axis = Axis {
        at_least: 1.05,
        ticks: vec![
            0.5, 0.8, 0.9, 0.95, 0.98, 1.0, 1.02, 1.05, 1.1, 1.2, 1.5, 2.0,
        ],
        label: |ratio| match ratio {
            1.0 => "0".to_owned(),
            other => format!("{:+.0}%", (other - 1.0) * 100.0),
        },
    };
    let (Some(wide), Some(narrow)) = (
        lanes::plot(&lanes, &axis, Labels::Beside)?,
        lanes::plot(&lanes, &axis, Labels::Above)?,
    ) else {
        return Ok(None);
    };
    let mut data = Table::new(
        "",
        [
            "workload",
            "n",
            "vm-again / vm",
            "the same within",
            "smallest effect",
        ],
    );
    for (group, twin) in &noisiest {
        data.row([
            group.label(),
            format::count(twin.size),
            format::ratio(&twin.ratio),
            percent(group.margin),
            percent(twin.detectable),
        ]);
    }
    let figure = Figure {
        title: "vm-again against vm".to_owned(),
        small: "the noisiest size of each workload".to_owned(),
        legend: vec![Entry::named(0, "vm-again / vm")],
        svg: svg(wide),
        narrow: Some(svg(narrow)),
        note: "The figure at the right end is the smallest effect.".to_owned()
            + &detail.shows_first(noisiest.len()).unwrap_or_default(),
        data,
    };
    Ok(Some(Section {
        id: "noise",
        title: "The same machine twice",
        intro: "Two processes of the very same program: whatever seems to lie between them is noise. The grey band is \
                what counts as the same for the workload: as far as the interval reaches from no difference, 1 % at \
                least. The smallest effect is the slowdown that a comparison would call slower 19 times of 20."
            .to_owned(),
        figures: vec![figure],
        tables: Vec::new(),
    }))
}

fn lane(group: &Group, twin: &Twin) -> Lane {
    Lane {
        label: format!("{}, n = {}", group.label(), format::count(twin.size)),
        note: percent(twin.detectable),
        dots: vec![Dot {
            look: 0,
            value: twin.ratio.median,
            interval: twin.ratio.interval(),
        }],
        margin: Some(group.margin),
    }
}

fn percent(part: f64) -> String {
    format!("{:.1}%", part * 100.0)
}
