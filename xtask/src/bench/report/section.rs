//! The part of a document between two marks, which belongs to the benchmark; the rest is a person's.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, bail};

const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// Whether [`write`] will be able to, asked before an hour is spent on measuring.
pub fn check(file: &Path) -> anyhow::Result<()> {
    replaced(file, "").map(|_| ())
}

/// Puts `text` between the marks of a file; without marks at its end, without a file into a new one.
pub fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let document = replaced(file, text)?;
    fs::write(file, document).with_context(|| format!("--write {}: cannot be written", file.display()))
}

fn replaced(file: &Path, text: &str) -> anyhow::Result<String> {
    let document = match fs::read_to_string(file) {
        Ok(document) => document,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => {
            return Err(error).with_context(|| format!("--write {}: cannot be read", file.display()));
        }
    };
    replace(&document, text).with_context(|| format!("--write {}", file.display()))
}

fn replace(document: &str, text: &str) -> anyhow::Result<String> {
    let section = format!("{BEGIN}\n{}\n{END}", text.trim());
    match (find_once(document, BEGIN)?, find_once(document, END)?) {
        (Some(begin), Some(end)) if begin < end => {
            Ok(format!("{}{section}{}", &document[..begin], &document[end + END.len()..]))
        }
        (None, None) if document.trim().is_empty() => Ok(format!("{section}\n")),
        (None, None) => Ok(format!("{}\n\n{section}\n", document.trim_end())),
        _ => {
            bail!("the marks {BEGIN} and {END} have to be there both, in this order: put them right by hand")
        }
    }
}

fn find_once(document: &str, mark: &str) -> anyhow::Result<Option<usize>> {
    let mut found = document.match_indices(mark).map(|(at, _)| at);
    let first = found.next();
    if found.next().is_some() {
        bail!("the mark {mark} is there more than once: leave one");
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let document = format!("# Numbers\n\nbefore\n{BEGIN}\nold\n{END}\nafter\n");
        let new = replace(&document, "new\n").unwrap();
        assert_eq!(new, format!("# Numbers\n\nbefore\n{BEGIN}\nnew\n{END}\nafter\n"));
        assert_eq!(replace(&new, "new").unwrap(), new, "a second time changes nothing");
    }

    #[test]
    fn a_document_without_marks_gets_them_at_its_end() {
        assert_eq!(replace("# Numbers\n", "new").unwrap(), format!("# Numbers\n\n{BEGIN}\nnew\n{END}\n"));
        assert_eq!(replace("", "new").unwrap(), format!("{BEGIN}\nnew\n{END}\n"));
    }

    #[test]
    fn marks_that_do_not_match_are_refused() {
        for document in [BEGIN.to_owned(), format!("{END}\n{BEGIN}"), format!("{BEGIN}{BEGIN}{END}")] {
            assert!(replace(&document, "new").is_err(), "{document}");
        }
    }
}
