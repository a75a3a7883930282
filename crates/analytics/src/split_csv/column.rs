//! One column of a CSV text (RFC 4180), whatever its separator, found by name and counted; and when its rows were.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::net::IpAddr;
use std::rc::Rc;

use csv::{ByteRecord, ReaderBuilder};
use model::Problem;
use model::problem::nearest;

use super::known::{ANSWERS, TIMES};
use super::tally::Tally;
use super::time;

/// Most octets of one record; a quote that is never closed would otherwise take the rest of the file into memory.
const MAX_RECORD: usize = 4 * 1024 * 1024;
/// Octets of the first lines that the separator is guessed from.
const HEAD: usize = 64 * 1024;
/// How a line begins that names the columns of a Zeek log.
const ZEEK: &[u8] = b"#fields\t";

/// What was read.
pub(super) struct Counted {
    /// Name of the column of answers.
    pub(super) column: String,
    /// Name of the column of times, if there is one.
    pub(super) time: Option<String>,
    /// The counts.
    pub(super) tally: Tally,
}

/// Reads a file: the column that is wanted, or the first that is known to hold answers.
pub(super) fn read(
    reader: impl Read,
    wanted: Option<&str>,
    expect: &[(IpAddr, u16)],
) -> Result<Counted, Problem> {
    let left = Rc::new(Cell::new(MAX_RECORD));
    let mut reader = BufReader::with_capacity(HEAD, Limited { inner: reader, left: left.clone() });
    let start = reader.fill_buf().map_err(unreadable)?;
    let zeek = start.split(|&b| b == b'\n').take_while(|line| line.starts_with(b"#"));
    let zeek: Option<Vec<String>> = zeek
        .filter_map(|line| line.strip_prefix(ZEEK))
        .map(|line| line.split(|&b| b == b'\t').map(|name| text(name).trim().to_owned()).collect())
        .next();
    let separator = match &zeek {
        Some(_) => b'\t',
        None => separator(start.split(|&b| b == b'\n').next().unwrap_or_default()),
    };
    let mut builder = ReaderBuilder::new();
    builder.delimiter(separator).flexible(true).has_headers(zeek.is_none());
    // A Zeek log has no quotes, and lines about itself begin with a mark.
    builder.quoting(zeek.is_none()).comment(zeek.as_ref().map(|_| b'#'));
    let mut csv = builder.from_reader(reader);
    let names = match zeek {
        Some(names) => names,
        None => {
            let names = csv.byte_headers().map_err(wrong)?.iter();
            names.map(|name| text(name).trim().to_owned()).collect()
        }
    };
    let index = find(&names, wanted)?;
    let time = TIMES.iter().find_map(|name| place(&names, name));
    let mut tally = Tally::new(expect);
    let mut record = ByteRecord::new();
    let failed = |e| Problem::new("csv", "", format!("the rows cannot be counted: {e}"));
    loop {
        left.set(MAX_RECORD);
        if !csv.read_byte_record(&mut record).map_err(wrong)? {
            break;
        }
        let at = time.and_then(|time| time::read(record.get(time)?));
        tally.row(&text(record.get(index).unwrap_or_default()), at).map_err(failed)?;
    }
    tally.count().map_err(failed)?;
    let name = |place: usize| names[place].clone();
    Ok(Counted { column: name(index), time: time.map(name), tally })
}

/// The octets as text, without the mark that some programs put at the start of a file.
fn text(octets: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets))
}

/// The separator of a file whose first line is `head`: the one it has most of, a comma when it has none.
fn separator(head: &[u8]) -> u8 {
    let count = |separator: u8| head.iter().filter(|&&b| b == separator).count();
    // The last of equals wins. Words apart by spaces alone are the columns of DNS-collector's text.
    if ![b'\t', b';', b','].iter().any(|separator| head.contains(separator)) && head.contains(&b' ') {
        return b' ';
    }
    [b'\t', b';', b','].into_iter().max_by_key(|&s| count(s)).unwrap_or(b',')
}

/// The place of a column, by its exact name or by the name in other letters.
fn place(names: &[String], name: &str) -> Option<usize> {
    let same = |other: &String| other.eq_ignore_ascii_case(name.trim());
    names.iter().position(|n| n == name).or_else(|| names.iter().position(same))
}

fn find(names: &[String], wanted: Option<&str>) -> Result<usize, Problem> {
    if names.iter().all(String::is_empty) {
        return Err(Problem::new("csv", "", "the file is empty: export a log with a line of column names"));
    }
    let Some(wanted) = wanted else {
        return ANSWERS.iter().find_map(|name| place(names, name)).ok_or_else(|| {
            let message = format!(
                "the file has no column that is known to hold answers: name the one that does, out of {}",
                names.join(", ")
            );
            Problem::new("column", "", message)
        });
    };
    place(names, wanted).ok_or_else(|| {
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
