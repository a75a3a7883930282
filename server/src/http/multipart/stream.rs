//! The same form read as it comes, for files that are larger than memory should hold.

use axum::http::HeaderMap;
use memchr::memmem::Finder;

use super::{boundary, parameter_of};

/// Octets of the head of a part, at most.
const HEAD: usize = 16 << 10;

/// What comes next of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A field begins: its name, and the name of its file if it is one.
    Field(String, Option<String>),
    /// Octets of the field.
    Data(Vec<u8>),
    /// Everything was read.
    End,
}

/// Reads a form piece by piece.
pub struct Parts {
    delimiter: Finder<'static>,
    length: usize,
    held: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before a delimiter, in a field or in front of the first.
    Content { field: bool },
    /// Behind a delimiter.
    Delimited,
    /// In the head of a part.
    Head,
    /// Behind the last delimiter.
    Ended,
}

impl Parts {
    /// Of a body with these headers; none when it is no such form.
    pub fn new(headers: &HeaderMap) -> Option<Parts> {
        let delimiter = format!("\r\n--{}", boundary(headers)?);
        let length = delimiter.len();
        // The first delimiter has no line end in front of it.
        let held = b"\r\n".to_vec();
        let delimiter = Finder::new(&delimiter).into_owned();
        Some(Parts { delimiter, length, held, state: State::Content { field: false } })
    }

    /// Takes the next piece; none when the form is broken.
    pub fn push(&mut self, piece: &[u8]) -> Option<Vec<Event>> {
        self.held.extend_from_slice(piece);
        let mut events = Vec::new();
        loop {
            match self.state {
                State::Content { field } => {
                    let found = self.delimiter.find(&self.held);
                    // The end of what is there may be the beginning of a delimiter.
                    let known = found.unwrap_or_else(|| self.held.len().saturating_sub(self.length - 1));
                    let data: Vec<u8> = self.held.drain(..known).collect();
                    if field && !data.is_empty() {
                        events.push(Event::Data(data));
                    }
                    if found.is_none() {
                        return Some(events);
                    }
                    self.held.drain(..self.length);
                    self.state = State::Delimited;
                }
                State::Delimited => match self.held.first_chunk::<2>() {
                    None => return Some(events),
                    Some(b"--") => {
                        self.state = State::Ended;
                        events.push(Event::End);
                    }
                    Some(b"\r\n") => self.state = State::Head,
                    Some(_) => return None,
                },
                State::Head => {
                    // An empty head ends where the line of the delimiter does.
                    let Some(end) = memchr::memmem::find(&self.held, b"\r\n\r\n") else {
                        return (self.held.len() <= HEAD).then_some(events);
                    };
                    let head = String::from_utf8_lossy(&self.held[..end]).into_owned();
                    self.held.drain(..end + 4);
                    let name = parameter_of(&head, "name");
                    self.state = State::Content { field: name.is_some() };
                    events.extend(name.map(|name| Event::Field(name, parameter_of(&head, "filename"))));
                }
                State::Ended => {
                    self.held.clear();
                    return Some(events);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::multipart::fields;

    const BODY: &[u8] =
        b"--x1\r\nContent-Disposition: form-data; name=\"expect\"\r\n\r\n10.0.0.1=1\r\n--x1\r\n\
        content-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n\
        a\r\n\xff\r\n\r\n--x\r\n--x1\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--x1--\r\n";

    fn headers() -> HeaderMap {
        HeaderMap::from_iter([(
            http::header::CONTENT_TYPE,
            "multipart/form-data; boundary=x1".parse().unwrap(),
        )])
    }

    fn read(body: &[u8], piece: usize) -> Option<(Vec<(String, Vec<u8>)>, bool)> {
        let mut parts = Parts::new(&headers()).unwrap();
        let (mut fields, mut ended) = (Vec::<(String, Vec<u8>)>::new(), false);
        for piece in body.chunks(piece) {
            for event in parts.push(piece)? {
                match event {
                    Event::Field(name, _) => fields.push((name, Vec::new())),
                    Event::Data(mut data) => fields.last_mut().unwrap().1.append(&mut data),
                    Event::End => ended = true,
                }
            }
        }
        Some((fields, ended))
    }

    #[test]
    fn a_form_is_the_same_whatever_the_pieces() {
        let whole = fields(&headers(), BODY).unwrap();
        let whole: Vec<_> = whole.into_iter().map(|(name, octets)| (name, octets.to_vec())).collect();
        for piece in 1..BODY.len() + 1 {
            assert_eq!(read(BODY, piece), Some((whole.clone(), true)), "{piece}");
        }
    }

    #[test]
    fn a_form_that_is_cut_off_has_no_end() {
        for end in 0..BODY.len() - 4 {
            assert!(read(&BODY[..end], 7).is_none_or(|(_, ended)| !ended), "{end}");
        }
        assert_eq!(read(b"--x1 wrong", 3), None);
        let endless = [b"--x1\r\n".as_slice(), &vec![b'a'; HEAD + 1]].concat();
        assert_eq!(read(&endless, 1000), None);
        assert!(Parts::new(&HeaderMap::new()).is_none());
    }

    #[test]
    fn the_name_of_a_file_is_told() {
        let mut parts = Parts::new(&headers()).unwrap();
        let events = parts.push(BODY).unwrap();
        assert!(events.contains(&Event::Field("file".into(), Some("a.csv".into()))));
        assert!(events.contains(&Event::Field("expect".into(), None)));
    }
}
