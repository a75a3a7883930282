//! `scale`: a site as large as one has to hold beside one as small as the lab: memory, the time to build a view and to
//! publish a change of one member's health, a start without storage, and CPU time of an answer.
//!
//! The views are built by an example of the crate `dns`, which knows the same configurations on every run; the program
//! itself starts from such a configuration in its data directory, with a database that is not there.

mod start;
mod view;

use super::Bench;
use super::figures::{Spread, grouped, mib};
use super::report::table::Table;
use crate::product;
use start::Started;
use view::View;

/// What is compared: the name the example knows it by, and its title.
const SIZES: [(&str, &str); 2] = [("small", "small"), ("big", "large")];

/// All rounds of both sizes.
#[derive(Debug, Default)]
pub struct Scale {
    views: [Vec<View>; 2],
    starts: [Vec<Started>; 2],
}

/// Measures.
pub fn run(bench: &Bench) -> anyhow::Result<Scale> {
    let example = product::example("dns", "scale")?;
    let mut scale = Scale::default();
    let mut sites = Vec::new();
    for (name, _) in SIZES {
        sites.push(start::Site::make(&example, name, &bench.folder.fresh(name)?)?);
    }
    for round in 1..=bench.args.rounds {
        for (at, ((name, title), site)) in SIZES.into_iter().zip(&sites).enumerate() {
            bench.say(round, &format!("the {title} site: views"));
            scale.views[at].push(view::measure(&example, name, site.folder())?);
            bench.say(round, &format!("the {title} site: start and answers"));
            scale.starts[at].push(site.start(&bench.binary, bench.args.seconds)?);
        }
    }
    Ok(scale)
}

impl Scale {
    /// The table.
    pub fn markdown(&self) -> String {
        let mut head = vec![""];
        head.extend(SIZES.iter().map(|(_, title)| *title));
        let mut table = Table::new(&head);
        let mut row = |title: &str, cell: &dyn Fn(usize) -> Option<String>| {
            let cells = (0..SIZES.len()).map(|at| cell(at).unwrap_or_default());
            table.row([title.to_owned()].into_iter().chain(cells).collect());
        };
        let view = |at: usize, of: fn(&View) -> f64| Spread::of(self.views[at].iter().map(of));
        let start = |at: usize, of: fn(&Started) -> f64| Spread::of(self.starts[at].iter().map(of));
        let counts: [(&str, fn(&View) -> u64); 4] = [
            ("zones", |v| v.zones),
            ("services", |v| v.services),
            ("members", |v| v.members),
            ("static records", |v| v.records),
        ];
        for (title, of) in counts {
            row(title, &|at| self.views[at].first().map(|v| grouped(of(v))));
        }
        row("build a view, ms", &|at| Some(view(at, |v| v.build_ms)?.decimals(2)));
        row("build it anew upon another, ms", &|at| Some(view(at, |v| v.rebuild_ms)?.decimals(2)));
        row("publish one member's health, ms", &|at| Some(view(at, |v| v.publish_ms)?.decimals(3)));
        row("the slowest of them, ms", &|at| Some(view(at, |v| v.publish_most_ms)?.decimals(3)));
        row("start to first answer, no database, s", &|at| Some(start(at, |s| s.seconds)?.decimals(3)));
        row("memory of a view", &|at| Some(mib(view(at, |v| v.kib)?.median as u64)));
        row("memory of the server, started", &|at| Some(mib(start(at, |s| s.started_kib)?.median as u64)));
        row("the same after all questions", &|at| Some(mib(start(at, |s| s.answered_kib)?.median as u64)));
        row("CPU us/query", &|at| Some(start(at, |s| s.us_per_query)?.decimals(2)));
        row("to the small one", &|at| {
            let (own, small) = (start(at, |s| s.us_per_query)?, start(0, |s| s.us_per_query)?);
            Some(format!("{:.2} x", own.median / small.median))
        });
        row("lost", &|at| Some(grouped(self.starts[at].iter().map(|s| s.lost).sum())));
        format!(
            "### A large site\n\n{}\nThe large site is asked 200,000 names in no order, half of them services and half \
             static records; the small one its two. A change of health is timed from the table of verdicts to the view \
             that is ready to answer, 21 of them in each round.\n",
            table.markdown()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_large_site_is_compared_with_the_small_one() {
        let view = |factor: f64| View {
            zones: 1,
            services: 1,
            members: 3,
            records: 1_000_000,
            build_ms: 0.5 * factor,
            rebuild_ms: 0.5 * factor,
            publish_ms: 0.003,
            publish_most_ms: 0.005,
            kib: 2048.0,
        };
        let start = |us_per_query| Started {
            seconds: 0.05,
            started_kib: 1024.0,
            answered_kib: 2048.0,
            us_per_query,
            lost: 1,
        };
        let scale = Scale {
            views: [vec![view(1.0)], vec![view(1000.0)]],
            starts: [vec![start(4.0)], vec![start(5.0), start(5.0)]],
        };
        let text = scale.markdown();
        assert!(text.contains(" 1.00 x |"), "{text}");
        assert!(text.contains(" 1.25 x |"), "{text}");
        assert!(text.contains(" 500.00 (500.00..500.00) |"), "{text}");
        assert!(text.contains(" 1,000,000 |"), "{text}");
    }
}
