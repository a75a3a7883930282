//! How many tests passed and failed, read from what the runners print.

use std::fmt;

/// The counts of all runs so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    /// Adds what a line says, if it is a runner's closing line; all others are ignored.
    pub fn read(&mut self, line: &str) {
        let line = without_colour(line);
        if let Some(result) = line.strip_prefix("test result: ") {
            self.read_cargo(result);
        } else if let Some(count) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) {
            self.read_node(count);
        }
    }

    /// `ok. 12 passed; 0 failed; 1 ignored; ...`
    fn read_cargo(&mut self, result: &str) {
        for part in result.split(['.', ';']) {
            match part.trim().split_once(' ').map(|(n, what)| (n.parse::<u64>(), what)) {
                Some((Ok(n), "passed")) => self.passed += n,
                Some((Ok(n), "failed")) => self.failed += n,
                _ => {}
            }
        }
    }

    /// `pass 12`, one count to a line. A cancelled test did not run to its end: it did not pass.
    fn read_node(&mut self, count: &str) {
        match count.trim_end().split_once(' ').map(|(what, n)| (what, n.parse::<u64>())) {
            Some(("pass", Ok(n))) => self.passed += n,
            Some(("fail" | "cancelled", Ok(n))) => self.failed += n,
            _ => {}
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Takes out `ESC [ ... letter`.
fn without_colour(line: &str) -> String {
    let mut parts = line.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let end = part.find(|c: char| c.is_ascii_alphabetic()).map_or(part.len(), |at| at + 1);
        text + &part[end..]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], passed: u64, failed: u64) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.read(line));
        assert_eq!(tally, Tally { passed, failed }, "{lines:?}");
    }

    #[test]
    fn cargo_prints_one_line_for_each_program() {
        check(
            &[
                "running 3 tests",
                "test a::b ... ok",
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.03s",
                "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.53s",
            ],
            14,
            1,
        );
    }

    #[test]
    fn colour_changes_nothing() {
        check(&["test result: \x1b[32mok\x1b(B\x1b[m. 4 passed; 0 failed; 0 ignored"], 4, 0);
        check(&["\x1b[34mℹ pass 5\x1b[39m", "\x1b[34mℹ fail 1\x1b[39m"], 5, 1);
    }

    #[test]
    fn node_has_two_ways_to_say_it() {
        check(&["# tests 4", "# suites 0", "# pass 3", "# fail 1", "# cancelled 0", "# skipped 2"], 3, 1);
        check(&["ℹ tests 4", "ℹ pass 3", "ℹ fail 0", "ℹ cancelled 1", "ℹ duration_ms 70.1"], 3, 1);
        check(&["    # pass 3", "# passing by 4"], 0, 0);
    }

    #[test]
    fn the_closing_line_is_plain() {
        assert_eq!(Tally { passed: 120, failed: 0 }.to_string(), "120 passed, 0 failed");
    }
}
