//! Parts of a whole.

use model::split::{MemberShare, Spread};

use super::canvas::{Anchor, Canvas, INNER, LINE, MARGIN, MUTED, PLAIN, TEXT, TRACK, WIDTH, series};
use crate::charts::{Rows, donut, shares, spread as deviations};
use crate::format;

/// Width of the names at the left, and of the numbers at the right.
const NAMES: f64 = 210.0;
const NUMBERS: f64 = 130.0;
const PLOT: f64 = INNER - NAMES - NUMBERS;

/// A share and its count at the right.
fn numbers(canvas: &mut Canvas, y: f64, share: f64, count: u64) {
    canvas.text(WIDTH - MARGIN - 70.0, y, Anchor::End, TEXT, &format::percent(share, 2));
    canvas.text(WIDTH - MARGIN, y, Anchor::End, MUTED, &format::thousands(count));
}

/// Bars of shares, each made of series.
pub fn rows_file(title: &str, about: &str, rows: &Rows, names: &[String]) -> String {
    let mut canvas = Canvas::new(title, about);
    let used = |i: &usize| rows.rows.iter().any(|row| row.parts.iter().any(|(s, n)| s == i && *n > 0));
    let entries: Vec<(String, &str)> =
        (0..names.len()).filter(used).map(|i| (names[i].clone(), series(i))).collect();
    if !rows.plain {
        canvas.legend(&entries);
    }
    let (step, steps) = rows.scale();
    let top = step * f64::from(steps);
    let wide = |share: f64| (share / top).clamp(0.0, 1.0) * PLOT;
    for row in &rows.rows {
        let (x, y) = (MARGIN + NAMES, canvas.y);
        canvas.text(x - 10.0, y + 15.0, Anchor::End, TEXT, &row.name);
        canvas.rect((x, y + 3.0), (PLOT, 16.0), TRACK);
        let mut before = 0.0;
        for (i, count) in &row.parts {
            let share = *count as f64 / rows.total.max(1) as f64;
            let colour = if rows.plain { PLAIN } else { series(*i) };
            canvas.rect((x + wide(before), y + 3.0), (wide(before + share) - wide(before), 16.0), colour);
            before += share;
        }
        if let Some(share) = row.expected {
            canvas.line((x + wide(share), y), (x + wide(share), y + 22.0), TEXT, r#"stroke-width="2.5""#);
        }
        numbers(&mut canvas, y + 15.0, rows.share(row), row.count());
        canvas.y += 26.0;
    }
    canvas.finish()
}

/// Observed shares as bars, with their intervals and the shares that weights want.
pub fn shares_file(title: &str, about: &str, members: &[MemberShare]) -> String {
    let about = format!("{about}; whiskers: 95 % interval, upright line: the share its weight wants");
    let mut canvas = Canvas::new(title, &about);
    let most = members.iter().map(|m| m.share.max(m.expected_share).max(m.ci_high)).fold(0.0, f64::max);
    let (step, steps) = shares::scale(most);
    let top = step * f64::from(steps);
    let x = |share: f64| MARGIN + NAMES + (share / top).clamp(0.0, 1.0) * PLOT;
    for (i, member) in members.iter().enumerate() {
        let y = canvas.y;
        canvas.text(MARGIN + NAMES - 10.0, y + 17.0, Anchor::End, TEXT, &member.address.to_string());
        canvas.rect((x(0.0), y + 4.0), (PLOT, 18.0), TRACK);
        canvas.rect((x(0.0), y + 4.0), (x(member.share) - x(0.0), 18.0), series(i));
        for (colour, width) in [("#ffffff", 4.0), (TEXT, 1.5)] {
            let how = format!(r#"stroke-width="{width}""#);
            canvas.line((x(member.ci_low), y + 13.0), (x(member.ci_high), y + 13.0), colour, &how);
            for end in [member.ci_low, member.ci_high] {
                canvas.line((x(end), y + 9.0), (x(end), y + 17.0), colour, &how);
            }
        }
        let want = x(member.expected_share);
        canvas.line((want, y + 1.0), (want, y + 25.0), TEXT, r#"stroke-width="2.5""#);
        numbers(&mut canvas, y + 17.0, member.share, member.observed);
        canvas.y += 32.0;
    }
    for i in 0..=steps {
        let share = step * f64::from(i);
        let (place, y) = (x(share), canvas.y + 10.0);
        canvas.text(place, y, Anchor::Middle, MUTED, &format::percent(share, 0));
    }
    canvas.y += 14.0;
    canvas.finish()
}

/// Parts of a whole as a ring.
pub fn ring_file(title: &str, about: &str, parts: &[(String, u64)], many: &str) -> String {
    let mut canvas = Canvas::new(title, about);
    let sum: u64 = parts.iter().map(|(_, n)| n).sum();
    let share = |n: u64| n as f64 / sum.max(1) as f64;
    let entries: Vec<(String, &str)> = parts
        .iter()
        .enumerate()
        .map(|(i, (name, n))| {
            let text = format!("{name} {} ({})", format::thousands(*n), format::percent(share(*n), 2));
            (text, series(i))
        })
        .collect();
    canvas.legend(&entries);
    let (x, y) = (WIDTH / 2.0, canvas.y + 150.0);
    let placed = format!(
        r#"transform="translate({x:.0} {y:.0}) scale(1.8)" fill="none" stroke-width="{}""#,
        donut::WIDTH
    );
    let mut from = 0.0;
    for (i, (_, n)) in parts.iter().enumerate().filter(|(_, (_, n))| *n > 0) {
        canvas.path(&donut::arc(from, share(*n)), &format!(r#"{placed} stroke="{}""#, series(i)));
        from += share(*n);
    }
    canvas.text(x, y, Anchor::Middle, TEXT, &format::thousands(sum));
    canvas.text(x, y + 18.0, Anchor::Middle, MUTED, many);
    canvas.y = y + 150.0;
    canvas.finish()
}

/// How far members strayed, and how far draws would have.
pub fn histogram_file(title: &str, about: &str, spread: &Spread) -> String {
    const HEIGHT: f64 = 220.0;
    let mut canvas = Canvas::new(title, about);
    canvas.legend(&[
        ("seen".to_owned(), PLAIN),
        ("dashes: what independent draws would give".to_owned(), TEXT),
    ]);
    let (left, bottom) = (MARGIN, canvas.y + HEIGHT);
    let (wide, top) = (INNER / spread.bars.len().max(1) as f64, deviations::top(spread));
    let y = |value: f64| bottom - value / top * HEIGHT;
    if let Some((first, end)) = deviations::allowed(spread) {
        let (x, width) = (left + first as f64 * wide, (end - first) as f64 * wide);
        canvas.rect((x, bottom - HEIGHT), (width, HEIGHT), TRACK);
    }
    canvas.line((left, bottom), (left + INNER, bottom), LINE, "");
    for (i, bar) in spread.bars.iter().enumerate() {
        let x = left + i as f64 * wide;
        let seen = bar.seen as f64;
        canvas.rect((x + wide * 0.08, y(seen)), (wide * 0.84, bottom - y(seen)), PLAIN);
        let dashes = r#"stroke-width="1.5" stroke-dasharray="4 3""#;
        canvas.line((x, y(bar.drawn)), (x + wide, y(bar.drawn)), TEXT, dashes);
        if deviations::is_labelled(bar) {
            canvas.text(x + wide / 2.0, bottom + 18.0, Anchor::Middle, MUTED, &deviations::label(bar));
        }
    }
    canvas.text(WIDTH / 2.0, bottom + 40.0, Anchor::Middle, MUTED, deviations::unit(spread));
    canvas.y = bottom + 44.0;
    canvas.finish()
}
