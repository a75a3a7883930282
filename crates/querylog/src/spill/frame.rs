//! A frame: a head that says what follows and can be found again after damage, and a checked content.
//!
//! The head is 28 octets: a marker of four that no name can hold, length of the content, how many rows it has, the
//! number of its batch, CRC-32 of the content, CRC-32 of the head so far.

use std::io::{self, Read, Seek, SeekFrom};

/// Not printable, since names in a content are written by whoever asks.
const MARKER: [u8; 4] = [0xF7, b'S', 0x01, 0xFE];
pub(super) const HEAD: usize = 28;
/// Octets looked through at once for a marker.
const WINDOW: usize = 64 << 10;

/// Where a frame lies and what its head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the batch.
    pub number: u64,
    /// How many rows it has.
    pub rows: u32,
    /// Length of the content, octets.
    pub length: u32,
    /// CRC-32 of the content.
    pub sum: u32,
    /// Where the content begins.
    pub at: u64,
}

/// What a file holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The frames that are whole, by their heads; whether their content is undamaged is seen when it is read.
    pub frames: Vec<Head>,
    /// Stretches that are no frame: damage, or a tail whose writing was interrupted.
    pub broken: u64,
}

/// A frame as octets.
pub fn frame(number: u64, rows: u32, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEAD + content.len());
    out.extend_from_slice(&MARKER);
    out.extend_from_slice(&(content.len() as u32).to_le_bytes());
    out.extend_from_slice(&rows.to_le_bytes());
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(&crc32fast::hash(content).to_le_bytes());
    let sum = crc32fast::hash(&out);
    out.extend_from_slice(&sum.to_le_bytes());
    out.extend_from_slice(content);
    out
}

/// Reads the heads of all frames and passes over what is none.
///
/// # Errors
/// When the file cannot be read at all.
pub fn scan(mut file: impl Read + Seek) -> io::Result<Found> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut found = Found::default();
    let mut at = 0;
    while at < end {
        match head(&mut file, at)? {
            Some(head) if head.at + u64::from(head.length) <= end => {
                at = head.at + u64::from(head.length);
                found.frames.push(head);
            }
            _ => {
                found.broken += 1;
                at = next_head(&mut file, at + 1, end)?;
            }
        }
    }
    Ok(found)
}

/// The content of a frame, if it is undamaged.
///
/// # Errors
/// When the file cannot be read.
pub fn content(mut file: impl Read + Seek, head: &Head) -> io::Result<Option<Vec<u8>>> {
    file.seek(SeekFrom::Start(head.at))?;
    let mut content = vec![0; head.length as usize];
    match file.read_exact(&mut content) {
        Ok(()) => Ok((crc32fast::hash(&content) == head.sum).then_some(content)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// The head that begins at `at`, if one does.
fn head(file: &mut (impl Read + Seek), at: u64) -> io::Result<Option<Head>> {
    file.seek(SeekFrom::Start(at))?;
    let mut octets = [0; HEAD];
    match file.read_exact(&mut octets) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let word = |from: usize| {
        u32::from_le_bytes([octets[from], octets[from + 1], octets[from + 2], octets[from + 3]])
    };
    if octets[..4] != MARKER || crc32fast::hash(&octets[..HEAD - 4]) != word(24) {
        return Ok(None);
    }
    let number = u64::from(word(12)) | u64::from(word(16)) << 32;
    Ok(Some(Head { number, rows: word(8), length: word(4), sum: word(20), at: at + HEAD as u64 }))
}

/// Where the next head begins, at `from` or behind it; the end when there is none.
fn next_head(file: &mut (impl Read + Seek), mut from: u64, end: u64) -> io::Result<u64> {
    let mut window = Vec::with_capacity(WINDOW);
    while from < end {
        file.seek(SeekFrom::Start(from))?;
        window.clear();
        file.by_ref().take(WINDOW as u64).read_to_end(&mut window)?;
        for place in
            window.windows(MARKER.len()).enumerate().filter(|(_, four)| *four == MARKER).map(|(i, _)| i)
        {
            let place = from + place as u64;
            if head(file, place)?.is_some_and(|head| head.at + u64::from(head.length) <= end) {
                return Ok(place);
            }
        }
        if window.len() < WINDOW {
            break;
        }
        // A marker may lie across the end of the window.
        from += (window.len() - (MARKER.len() - 1)) as u64;
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    /// Contents, some of which look like frames themselves.
    fn contents() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let plain = proptest::collection::vec(any::<u8>(), 0..80);
        let confusing = (any::<u64>(), plain.clone()).prop_map(|(number, inner)| {
            let mut octets = frame(number, 1, &inner);
            octets.truncate(HEAD - 1);
            octets
        });
        proptest::collection::vec(prop_oneof![3 => plain, 1 => confusing], 0..8)
    }

    fn file_of(contents: &[Vec<u8>]) -> (Vec<u8>, Vec<std::ops::Range<usize>>) {
        let (mut file, mut places) = (Vec::new(), Vec::new());
        for (n, content) in contents.iter().enumerate() {
            let start = file.len();
            file.extend(frame(n as u64, 1, content));
            places.push(start..file.len());
        }
        (file, places)
    }

    proptest! {
        #[test]
        fn what_damage_left_whole_is_found_and_nothing_else(
            contents in contents(),
            cut in any::<prop::sample::Index>(),
            cuts in any::<bool>(),
            flips in proptest::collection::vec((any::<prop::sample::Index>(), 0u8..8), 0..4),
        ) {
            let (mut file, places) = file_of(&contents);
            let whole = file.clone();
            if !file.is_empty() {
                for (place, bit) in flips {
                    let place = place.index(file.len());
                    file[place] ^= 1 << bit;
                }
                if cuts {
                    file.truncate(cut.index(whole.len()));
                }
            }
            let found = scan(Cursor::new(&file)).unwrap();
            let read = |head: &Head| content(Cursor::new(&file), head).unwrap();
            let good: Vec<(u64, Vec<u8>)> =
                found.frames.iter().filter_map(|head| Some((head.number, read(head)?))).collect();
            let left: Vec<(u64, Vec<u8>)> = places
                .iter()
                .enumerate()
                .filter(|(_, place)| file.get((*place).clone()) == Some(&whole[(*place).clone()]))
                .map(|(n, _)| (n as u64, contents[n].clone()))
                .collect();
            prop_assert_eq!(&good, &left);
            prop_assert!(file != whole || found.broken == 0);
        }

        #[test]
        fn any_octets_are_read_without_harm(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            let found = scan(Cursor::new(&octets)).unwrap();
            prop_assert!(found.frames.is_empty());
            prop_assert_eq!(found.broken, u64::from(!octets.is_empty()));
        }
    }

    #[test]
    fn a_frame_behind_more_damage_than_one_window_is_found() {
        let mut file = vec![0xF7; 3 * WINDOW - 2];
        file.extend(frame(7, 2, b"rows"));
        let found = scan(Cursor::new(&file)).unwrap();
        assert_eq!((found.frames.len(), found.broken), (1, 1));
        assert_eq!((found.frames[0].number, found.frames[0].rows), (7, 2));
        assert_eq!(content(Cursor::new(&file), &found.frames[0]).unwrap().unwrap(), b"rows");
    }
}
