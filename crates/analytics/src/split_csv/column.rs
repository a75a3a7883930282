//! One column of a CSV text (RFC 4180), whatever its separator, found by name and counted.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use csv::{ByteRecord, ReaderBuilder};
use model::Problem;
use model::problem::nearest;

use super::tally::Tally;

/// The columns that are looked for when none is named: ours, and that of an 87-column export.
pub const DEFAULT_COLUMNS: [&str; 2] = ["answers", "dns_ips"];

/// Rows that are held in memory at a time.
const BATCH: usize = 65_536;
/// Most octets of one record; a quote that is never closed would otherwise take the rest of the file into memory.
const MAX_RECORD: usize = 4 * 1024 * 1024;
/// Octets of the first line that the separator is guessed from.
const HEAD: usize = 64 * 1024;

/// Reads the column and returns its name with the counts.
pub(super) fn read(reader: impl Read, wanted: Option<&str>) -> Result<(String, Tally), Problem> {
    let left = Rc::new(Cell::new(MAX_RECORD));
    let mut reader = BufReader::with_capacity(HEAD, Limited { inner: reader, left: left.clone() });
    let start = reader.fill_buf().map_err(unreadable)?;
    let separator = separator(start.split(|&b| b == b'\n').next().unwrap_or_default());
    let mut csv = ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(reader);
    let names: Vec<String> =
        csv.byte_headers().map_err(wrong)?.iter().map(|name| text(name).trim().to_owned()).collect();
    let index = find(&names, wanted)?;
    let mut tally = Tally::default();
    let mut cells: Vec<String> = Vec::with_capacity(1024);
    let mut held = 0;
    let mut record = ByteRecord::new();
    loop {
        left.set(MAX_RECORD);
        let more = csv.read_byte_record(&mut record).map_err(wrong)?;
        if more {
            let cell = text(record.get(index).unwrap_or_default());
            held += cell.len();
            cells.push(cell);
        }
        if !more || cells.len() >= BATCH || held >= MAX_RECORD {
            tally
                .add(&cells)
                .map_err(|e| Problem::new("csv", "", format!("the rows cannot be counted: {e}")))?;
            cells.clear();
            held = 0;
        }
        if !more {
            return Ok((names[index].clone(), tally));
        }
    }
}

/// The octets as text, without the mark that some programs put at the start of a file.
fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets)).into_owned()
}

/// The separator of a file whose first line is `head`: the one it has most of, a comma when it has none.
fn separator(head: &[u8]) -> u8 {
    let count = |separator: u8| head.iter().filter(|&&b| b == separator).count();
    // The last of equals wins.
    [b'\t', b';', b','].into_iter().max_by_key(|&s| count(s)).unwrap_or(b',')
}

/// The place of the column, by its exact name or by the name in other letters.
fn find(names: &[String], wanted: Option<&str>) -> Result<usize, Problem> {
    let place = |name: &str| {
        let same = |other: &String| other.eq_ignore_ascii_case(name.trim());
        names.iter().position(|n| n == name).or_else(|| names.iter().position(same))
    };
    if names.iter().all(String::is_empty) {
        return Err(Problem::new("csv", "", "the file is empty: export a log with a line of column names"));
    }
    let Some(wanted) = wanted else {
        return DEFAULT_COLUMNS.iter().find_map(|name| place(name)).ok_or_else(|| {
            let message = format!(
                "the file has neither of these columns: name the one that holds the answers with --column, out of {}",
                names.join(", ")
            );
            Problem::new("column", DEFAULT_COLUMNS.join(" or "), message)
        });
    };
    place(wanted).ok_or_else(|| {
        let message = match nearest(wanted, names.iter().map(String::as_str)) {
            Some(near) => format!("the file has no column of this name; did you mean {near}?"),
            None => format!("the file has no column of this name: use one of {}", names.join(", ")),
        };
        Problem::new("column", wanted, message)
    })
}

fn unreadable(error: io::Error) -> Problem {
    Problem::new("csv", "", format!("the file cannot be read ({error}): give a CSV file"))
}

fn wrong(error: csv::Error) -> Problem {
    let text = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(error) => unreadable(error),
        _ => Problem::new("csv", "", format!("the file is no CSV ({text}): export it again")),
    }
}

/// A reader that refuses to go on once a record is too long. Whoever reads sets `left` at the start of each.
struct Limited<R> {
    inner: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let Some(left) = self.left.get().checked_sub(1) else {
            return Err(io::Error::other("a record is longer than 4 MiB; a quote may never be closed"));
        };
        let most = buf.len().min(left + 1);
        let read = self.inner.read(&mut buf[..most])?;
        self.left.set(left + 1 - read);
        Ok(read)
    }
}
