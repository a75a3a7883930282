//! The segments of a window, judged, as one report.

use model::split::{ObservedSegment, SplitReport, Totals};

use crate::judge;

/// Judges every segment of `service` between `from` and `to` (microseconds since 1970 UTC) and joins the verdicts:
/// one failure fails the report. Segments come out in the order of their start.
pub fn report(
    service: &str,
    from: i64,
    to: i64,
    mut segments: Vec<ObservedSegment>,
    totals: Totals,
) -> SplitReport {
    segments.sort_by_key(|s| (s.from, s.to, s.generation));
    let segments: Vec<_> = segments.iter().map(judge).collect();
    let verdict = SplitReport::overall(&segments);
    SplitReport { service: service.to_owned(), from, to, verdict, segments, totals }
}
