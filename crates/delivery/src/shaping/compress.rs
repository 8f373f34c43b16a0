//! Compression of request bodies.

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use model::shape::Compression;
use std::io::Write as _;

/// Bodies below this size are sent as they are: compression would make them larger. In bytes.
const WORTH: usize = 256;

/// The compressed body; `None` when it is too small to gain from it.
pub(crate) fn compress(compression: Compression, body: &[u8]) -> Option<Bytes> {
    if body.len() < WORTH {
        return None;
    }
    let compressed = match compression {
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 2), Level::fast());
            encoder.write_all(body).and_then(|()| encoder.finish()).ok()?
        }
        Compression::Zstd => ruzstd::encoding::compress_to_vec(body, ruzstd::encoding::CompressionLevel::Fastest),
    };
    (compressed.len() < body.len()).then(|| compressed.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn compressed_bodies_are_read_back() {
        let json: String = (0..400).map(|n| format!("{{\"name\":\"value {n}\"}},")).collect();
        for compression in Compression::ALL {
            let small = compress(compression, json.as_bytes()).unwrap();
            assert!(small.len() * 3 < json.len(), "{compression:?}: {} of {}", small.len(), json.len());
            let mut read = String::new();
            match compression {
                Compression::Gzip => flate2::read::GzDecoder::new(&small[..]).read_to_string(&mut read),
                Compression::Zstd => {
                    ruzstd::decoding::StreamingDecoder::new(&small[..]).unwrap().read_to_string(&mut read)
                }
            }
            .unwrap();
            assert_eq!(read, json);
            assert_eq!(compress(compression, b"{}"), None);
        }
    }
}
