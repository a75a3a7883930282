//! The charts of a split by name: what each shows, as numbers and as a file.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use api::view::SplitView;
use model::rrtype::Family;
use model::split::{AnswersOf, Segment, SplitClients, SplitMode, SplitReport};

use super::segment::judged;
use crate::charts::{Bars, Cell, InForce, Portions, Row, Rows, Sheet, file};
use crate::format;

/// A chart of the Split page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Observed against expected, of the segment of this number, from 1.
    Members(usize),
    /// The same as a ring.
    Ring(usize),
    /// Answers over time.
    Answers,
    /// Their shares over time.
    Shares,
    /// How far members strayed in each bucket.
    Spread,
    /// By site.
    Sites,
    /// By network of the client.
    Networks,
    /// By transport.
    Transports,
    /// The clients with the most answers.
    Clients,
    /// What the first of them have together.
    Concentration,
}

impl Figure {
    /// Whether it is read from rows, and not from counters alone.
    pub fn is_of_rows(self) -> bool {
        use Figure::*;
        matches!(self, Networks | Transports | Clients | Concentration)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Figure::Members(number) => return write!(f, "members-{number}"),
            Figure::Ring(number) => return write!(f, "ring-{number}"),
            Figure::Answers => "answers",
            Figure::Shares => "shares",
            Figure::Spread => "spread",
            Figure::Sites => "sites",
            Figure::Networks => "networks",
            Figure::Transports => "transports",
            Figure::Clients => "clients",
            Figure::Concentration => "concentration",
        })
    }
}

impl FromStr for Figure {
    type Err = ();

    fn from_str(text: &str) -> Result<Figure, ()> {
        use Figure::*;
        let all = [Answers, Shares, Spread, Sites, Networks, Transports, Clients, Concentration];
        if let Some(figure) = all.into_iter().find(|figure| figure.to_string() == text) {
            return Ok(figure);
        }
        let (kind, number) = text.split_once('-').ok_or(())?;
        let number: usize = number.parse().map_err(|_| ())?;
        match kind {
            "members" if number > 0 => Ok(Members(number)),
            "ring" if number > 0 => Ok(Ring(number)),
            _ => Err(()),
        }
    }
}

/// What the charts of a page are drawn from.
pub struct Figures<'a> {
    view: &'a SplitView,
    report: &'a SplitReport,
    /// Members in the order they are coloured: those in force first.
    pub series: Vec<String>,
    /// Those of one family alone, whose shares are a whole.
    family: Vec<String>,
    in_force: Vec<InForce>,
}

impl<'a> Figures<'a> {
    /// None while storage is away.
    pub fn of(view: &'a SplitView) -> Option<Figures<'a>> {
        let report = view.report.as_ref()?;
        let mut series: Vec<String> = Vec::new();
        let named = report.segments.iter().rev().flat_map(|s| s.members.iter().map(|m| m.address.clone()));
        for name in named.chain(view.series.iter().map(|(_, name, _)| name.clone())) {
            if !series.contains(&name) {
                series.push(name);
            }
        }
        let answered = |family| {
            let own = report.segments.iter().filter(|s| s.family == family);
            own.map(|s| s.answered).sum::<u64>()
        };
        let main = if answered(Family::V6) > answered(Family::V4) { Family::V6 } else { Family::V4 };
        let of_main =
            |name: &&String| name.parse().is_ok_and(|address: IpAddr| Family::of_address(address) == main);
        let family: Vec<String> = series.iter().filter(of_main).cloned().collect();
        let by_weight = report.segments.iter().filter(|s| s.family == main && is_by_weight(s));
        let in_force = by_weight.map(|segment| InForce {
            from: segment.from,
            to: segment.to,
            shares: family.iter().map(|name| expected(segment, name)).collect(),
        });
        Some(Figures { view, report, in_force: in_force.collect(), series, family })
    }

    /// Answers over time.
    pub fn answers(&self) -> Bars<'_> {
        Bars {
            title: "Answers over time by member",
            from: self.report.from,
            to: self.report.to,
            step: self.view.step,
            points: &self.view.series,
            order: &self.series,
            unit: "answers",
            markers: &self.view.markers,
        }
    }

    /// Shares over time.
    pub fn shares(&self) -> Portions<'_> {
        Portions {
            title: "Shares of the answers over time, with the configured ones as dashes",
            from: self.report.from,
            to: self.report.to,
            step: self.view.step,
            points: &self.view.series,
            series: &self.family,
            in_force: &self.in_force,
            markers: &self.view.markers,
        }
    }

    /// By site, with the shares its weights ask for where all segments are by weight.
    pub fn sites(&self) -> Rows {
        let segments = &self.report.segments;
        let total: u64 = segments.iter().flat_map(|s| &s.members).map(|m| m.observed).sum();
        let by_weight = segments.iter().all(is_by_weight);
        let mut rows: Vec<(Row, f64)> = Vec::new();
        for (segment, member) in segments.iter().flat_map(|s| s.members.iter().map(move |m| (s, m))) {
            let name = member.site.clone().unwrap_or_else(|| "no site".to_owned());
            let place = rows.iter().position(|(row, _)| row.name == name).unwrap_or_else(|| {
                rows.push((Row { name, parts: Vec::new(), expected: None }, 0.0));
                rows.len() - 1
            });
            let Some((row, due)) = rows.get_mut(place) else { continue };
            *due += member.expected_share * segment.answered as f64;
            let series = self.place(&member.address);
            match row.parts.iter_mut().find(|(known, _)| *known == series) {
                Some((_, count)) => *count += member.observed,
                None => row.parts.push((series, member.observed)),
            }
        }
        let finished = rows.into_iter().map(|(row, due)| Row {
            expected: by_weight.then_some(due / total.max(1) as f64).filter(|_| total > 0),
            ..row
        });
        Rows { title: "Answers by site".into(), total, plain: false, rows: finished.collect() }
    }

    /// By network or by transport of those who asked.
    pub fn parts(&self, title: &str, total: u64, parts: &[AnswersOf]) -> Rows {
        let row = |of: &AnswersOf| {
            let parts = of.members.iter().map(|m| (self.place(&m.member.to_string()), m.answers));
            let mut parts: Vec<(usize, u64)> = parts.collect();
            parts.sort_unstable();
            Row { name: of.name.clone(), parts, expected: None }
        };
        Rows { title: title.into(), total, plain: false, rows: parts.iter().map(row).collect() }
    }

    fn place(&self, address: &str) -> usize {
        self.series.iter().position(|name| name == address).unwrap_or(self.series.len())
    }

    fn segment(&self, number: usize) -> Option<&Segment> {
        self.report.segments.get(number.checked_sub(1)?)
    }

    fn rows(&self, figure: Figure) -> Option<Rows> {
        let clients = || self.view.clients.as_ref();
        Some(match figure {
            Figure::Sites => self.sites(),
            Figure::Networks => {
                self.parts("Answers by client network", clients()?.answers, &clients()?.by_network)
            }
            Figure::Transports => {
                self.parts("Answers by transport", clients()?.answers, &clients()?.by_transport)
            }
            Figure::Clients => clients_rows(clients()?),
            Figure::Concentration => concentration_rows(clients()?),
            _ => return None,
        })
    }

    /// The numbers of a chart; none when there is no such chart.
    pub fn sheet(&self, figure: Figure) -> Option<Sheet> {
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let sheet = |title: &str, columns: &[&str], rows| Sheet {
            title: title.to_owned(),
            columns: texts(columns),
            rows,
        };
        Some(match figure {
            Figure::Members(number) | Figure::Ring(number) => members_sheet(number, self.segment(number)?),
            Figure::Answers => {
                let portions = Portions { series: &self.series, ..self.shares() };
                let cells = |(at, counts): (i64, Vec<u64>)| {
                    [vec![Cell::Moment(at)], counts.into_iter().map(Cell::Count).collect()].concat()
                };
                let mut columns = vec!["from".to_owned()];
                columns.extend(self.series.iter().cloned());
                let rows = portions.bars().into_iter().map(cells).collect();
                Sheet { title: "Answers over time".into(), columns, rows }
            }
            Figure::Shares => {
                let rows = self.shares_rows();
                sheet("Shares over time", &["from", "member", "answers", "share", "expected share"], rows)
            }
            Figure::Spread => {
                let bars = &self.view.spread.as_ref()?.bars;
                let end = |end: Option<f64>| end.map_or(Cell::None, Cell::Number);
                let row = |bar: &model::split::SpreadBar| {
                    vec![end(bar.low), end(bar.high), Cell::Count(bar.seen), Cell::Number(bar.drawn)]
                };
                let columns = ["from", "to", "seen", "if drawn"];
                sheet("How far members strayed", &columns, bars.iter().map(row).collect())
            }
            Figure::Sites => {
                let sites = self.sites();
                let row = |row: &Row| {
                    let expected = row.expected.map_or(Cell::None, Cell::Share);
                    let share = Cell::Share(sites.share(row));
                    vec![Cell::Text(row.name.clone()), Cell::Count(row.count()), share, expected]
                };
                let columns = ["site", "answers", "share", "expected share"];
                sheet("Answers by site", &columns, sites.rows.iter().map(row).collect())
            }
            Figure::Networks | Figure::Transports => {
                let rows = self.rows(figure)?;
                let line = |row: &Row| {
                    let cell = |(series, count): &(usize, u64)| {
                        let member = self.series.get(*series).cloned().unwrap_or_default();
                        vec![Cell::Text(row.name.clone()), Cell::Text(member), Cell::Count(*count)]
                    };
                    row.parts.iter().map(cell).collect::<Vec<_>>()
                };
                let name = if figure == Figure::Networks { "network" } else { "transport" };
                sheet(&rows.title, &[name, "member", "answers"], rows.rows.iter().flat_map(line).collect())
            }
            Figure::Clients => {
                let top = self.view.clients.as_ref()?.top.iter();
                let row = |c: &model::split::ClientAnswers| {
                    vec![Cell::Text(c.client.to_string()), Cell::Count(c.answers), Cell::Share(c.share)]
                };
                sheet(
                    "Clients with the most answers",
                    &["client", "answers", "share"],
                    top.map(row).collect(),
                )
            }
            Figure::Concentration => {
                let top = self.view.clients.as_ref()?.top_shares.iter();
                let row = |t: &model::split::TopShare| vec![Cell::Count(t.clients), Cell::Share(t.share)];
                sheet("Share of the top clients", &["clients", "share together"], top.map(row).collect())
            }
        })
    }

    fn shares_rows(&self) -> Vec<Vec<Cell>> {
        let mut rows = Vec::new();
        for (start, counts) in self.shares().bars() {
            let total = counts.iter().sum::<u64>().max(1) as f64;
            // A bar in which shares changed has no one expectation.
            let end = start + self.view.step;
            let whole = self.in_force.iter().find(|time| time.from <= start && end <= time.to);
            for (i, (name, count)) in self.family.iter().zip(&counts).enumerate() {
                let expected =
                    whole.and_then(|time| time.shares.get(i)).map_or(Cell::None, |s| Cell::Share(*s));
                let share = Cell::Share(*count as f64 / total);
                rows.push(vec![
                    Cell::Moment(start),
                    Cell::Text(name.clone()),
                    Cell::Count(*count),
                    share,
                    expected,
                ]);
            }
        }
        rows
    }

    /// A chart as a file of SVG; none when there is no such chart.
    pub fn svg(&self, figure: Figure) -> Option<String> {
        let service = &self.report.service;
        let window =
            format!("{} to {} UTC", format::date_time(self.report.from), format::date_time(self.report.to));
        Some(match figure {
            Figure::Members(number) | Figure::Ring(number) => {
                let segment = self.segment(number)?;
                let about = format!(
                    "{} to {} UTC, generation {}: {}",
                    format::date_time(segment.from),
                    format::date_time(segment.to),
                    segment.generation,
                    segment.verdict.as_str()
                );
                let members = judged(segment);
                if let Figure::Members(_) = figure {
                    let title = format!("{service}: observed against expected");
                    return Some(file::shares_file(&title, &about, &members));
                }
                let parts: Vec<(String, u64)> =
                    members.iter().map(|m| (m.address.clone(), m.observed)).collect();
                let many = if segment.networks.is_some() { "networks" } else { "answers" };
                file::ring_file(&format!("{service}: {many} by member"), &about, &parts, many)
            }
            Figure::Answers => file::bars_file(&format!("{service}: answers over time"), &self.answers()),
            Figure::Shares => file::portions_file(&format!("{service}: shares over time"), &self.shares()),
            Figure::Spread => {
                let spread = self.view.spread.as_ref()?;
                let about = format!(
                    "{} buckets of 10 s, {} to {} UTC",
                    format::thousands(spread.buckets),
                    format::date_time(spread.from),
                    format::date_time(spread.to)
                );
                file::histogram_file(&format!("{service}: how far members strayed"), &about, spread)
            }
            _ => {
                let rows = self.rows(figure)?;
                let counted = matches!(figure, Figure::Sites);
                let estimated = !counted && self.view.clients.as_ref().is_some_and(|c| c.estimated);
                let about = if estimated { format!("{window}, estimated from sampled rows") } else { window };
                file::rows_file(
                    &format!("{service}: {}", rows.title.to_lowercase()),
                    &about,
                    &rows,
                    &self.series,
                )
            }
        })
    }
}

fn is_by_weight(segment: &Segment) -> bool {
    matches!(segment.mode, SplitMode::Exact | SplitMode::Random)
}

fn expected(segment: &Segment, address: &str) -> f64 {
    segment.members.iter().filter(|m| m.address == address).map(|m| m.expected_share).sum()
}

/// The clients with the most answers as bars.
pub fn clients_rows(clients: &SplitClients) -> Rows {
    let row = |c: &model::split::ClientAnswers| Row {
        name: c.client.to_string(),
        parts: vec![(0, c.answers)],
        expected: None,
    };
    Rows {
        title: "Clients with the most answers".into(),
        total: clients.answers,
        plain: true,
        rows: clients.top.iter().map(row).collect(),
    }
}

/// What the first clients have together, as bars.
pub fn concentration_rows(clients: &SplitClients) -> Rows {
    let row = |top: &model::split::TopShare| Row {
        name: format!("top {}", format::thousands(top.clients)),
        parts: vec![(0, (top.share * clients.answers as f64).round() as u64)],
        expected: None,
    };
    Rows {
        title: "Share of the top clients".into(),
        total: clients.answers,
        plain: true,
        rows: clients.top_shares.iter().map(row).collect(),
    }
}

fn members_sheet(number: usize, segment: &Segment) -> Sheet {
    let judged = judged(segment);
    let unit = if segment.networks.is_some() { "networks" } else { "answers" };
    let columns =
        ["member", "site", "weight", unit, "expected share", "share", "95 % low", "95 % high", "deviation"];
    let row = |m: &model::split::MemberShare| {
        vec![
            Cell::Text(m.address.clone()),
            m.site.clone().map_or(Cell::None, Cell::Text),
            Cell::Count(m.weight.into()),
            Cell::Count(m.observed),
            Cell::Share(m.expected_share),
            Cell::Share(m.share),
            Cell::Share(m.ci_low),
            Cell::Share(m.ci_high),
            Cell::Number(m.deviation),
        ]
    };
    Sheet {
        title: format!("Members of segment {number}"),
        columns: columns.map(str::to_owned).to_vec(),
        rows: judged.iter().map(row).collect(),
    }
}
