//! The two encodings browsers ask for, each at its slowest and smallest: files are compressed once, sent often.

use std::io::Write;

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// RFC 7932, quality 11.
pub fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let params =
        BrotliEncoderParams { quality: 11, size_hint: bytes.len(), ..BrotliEncoderParams::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &params).context("brotli failed")?;
    Ok(out)
}

/// RFC 1952, level 9, without a time: the same input gives the same file.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).context("gzip failed")?;
    encoder.finish().context("gzip failed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn both_give_the_input_back() {
        let input = b"island island island".repeat(50);
        let mut from_gzip = Vec::new();
        flate2::read::GzDecoder::new(&*gzip(&input).unwrap()).read_to_end(&mut from_gzip).unwrap();
        assert_eq!(from_gzip, input);
        let mut from_brotli = Vec::new();
        brotli::BrotliDecompress(&mut &*brotli(&input).unwrap(), &mut from_brotli).unwrap();
        assert_eq!(from_brotli, input);
        assert_eq!(gzip(&input).unwrap(), gzip(&input).unwrap());
    }
}
