//! The sheet of paper a chart is drawn on.

use std::fmt::Write;

/// Width of every file, pixels.
pub(super) const WIDTH: f64 = 960.0;
/// Space on every side.
pub(super) const MARGIN: f64 = 24.0;
/// Width of what is drawn in.
pub(super) const INNER: f64 = WIDTH - 2.0 * MARGIN;

/// The series, as `style/10-tokens.css` has them for a light ground.
const SERIES: [&str; 8] =
    ["#1f5fc4", "#c27a00", "#2f9e7e", "#a77cd7", "#b93513", "#2e3083", "#7d5874", "#73181c"];
pub(super) const TEXT: &str = "#16201d";
pub(super) const MUTED: &str = "#56625e";
pub(super) const LINE: &str = "#e3e8e6";
pub(super) const TRACK: &str = "#edf1f0";
pub(super) const PLAIN: &str = "#56625e";
pub(super) const GOOD: &str = "#13713a";
pub(super) const BAD: &str = "#b3231b";

/// About the width of a letter of the legend, pixels: a file knows no font.
const LETTER: f64 = 7.0;

/// The colour of a series.
pub(super) fn series(index: usize) -> &'static str {
    SERIES[index % SERIES.len()]
}

/// A text as it may stand in XML, in an attribute as well.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0 has no other control characters, not even as references.
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// What is drawn, from the title downwards.
pub(super) struct Canvas {
    title: String,
    body: String,
    /// Where the next thing begins.
    pub y: f64,
}

/// Where a text stands to its place.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Canvas {
    pub(super) fn new(title: &str, about: &str) -> Canvas {
        let mut canvas = Canvas { title: title.to_owned(), body: String::new(), y: MARGIN };
        canvas.y += 16.0;
        let y = canvas.y;
        let _ = write!(
            canvas.body,
            r#"<text x="{MARGIN}" y="{y}" font-size="18" font-weight="600" fill="{TEXT}">{}</text>"#,
            escaped(title)
        );
        canvas.y += 22.0;
        let y = canvas.y;
        canvas.text(MARGIN, y, Anchor::Start, MUTED, about);
        canvas.y += 26.0;
        canvas
    }

    pub(super) fn text(&mut self, x: f64, y: f64, anchor: Anchor, fill: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let _ = write!(
            self.body,
            r#"<text x="{x:.2}" y="{y:.2}" text-anchor="{anchor}" fill="{fill}">{}</text>"#,
            escaped(text)
        );
    }

    pub(super) fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: &str) {
        let _ = write!(
            self.body,
            r#"<rect x="{x:.2}" y="{y:.2}" width="{:.2}" height="{:.2}" fill="{fill}"/>"#,
            width.max(0.0),
            height.max(0.0)
        );
    }

    pub(super) fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), stroke: &str, more: &str) {
        let _ = write!(
            self.body,
            r#"<line x1="{x1:.2}" y1="{y1:.2}" x2="{x2:.2}" y2="{y2:.2}" stroke="{stroke}" {more}/>"#
        );
    }

    pub(super) fn path(&mut self, shape: &str, how: &str) {
        let _ = write!(self.body, r#"<path d="{shape}" {how}/>"#);
    }

    /// Squares with names, over as many lines as they need.
    pub(super) fn legend(&mut self, entries: &[(String, &str)]) {
        let mut x = MARGIN;
        for (name, colour) in entries {
            let wide = 24.0 + name.chars().count() as f64 * LETTER;
            if x > MARGIN && x + wide > WIDTH - MARGIN {
                x = MARGIN;
                self.y += 18.0;
            }
            let y = self.y;
            self.rect((x, y - 9.0), (10.0, 10.0), colour);
            self.text(x + 15.0, y, Anchor::Start, TEXT, name);
            x += wide;
        }
        self.y += 16.0;
    }

    /// The file.
    pub(super) fn finish(self) -> String {
        let height = self.y + MARGIN;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" \
             font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif\" \
             font-size=\"12\"><title>{}</title><rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>{}</svg>\n",
            escaped(&self.title),
            self.body
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_named_stays_text() {
        let mut canvas = Canvas::new("<script>alert(1)</script>", "a & b");
        canvas.legend(&[("\"><image href='x'/>\u{1}".to_owned(), series(9))]);
        let file = canvas.finish();
        assert!(!file.contains("<script") && !file.contains("<image") && !file.contains('\u{1}'), "{file}");
        assert!(file.contains("a &amp; b") && file.starts_with("<svg xmlns=") && file.ends_with("</svg>\n"));
    }
}
