//! The files of the built dashboard (`web/dist`), which `build.rs` compresses and embeds.

use axum::body::Bytes;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use std::{collections::HashMap, fmt::Write as _, io::Read, sync::LazyLock};

include!(concat!(env!("OUT_DIR"), "/bundle.rs"));

/// An embedded file.
#[derive(Debug)]
pub(super) struct Asset {
    path: &'static str,
    stored: &'static [u8],
    /// True when `stored` is compressed by gzip.
    pub(super) is_gzip: bool,
    pub(super) content_type: &'static str,
    /// A hash of the content.
    digest: String,
}

/// The bundle by paths of requests.
pub(super) struct Bundle(HashMap<&'static str, Asset>);

pub(super) static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| {
    let assets = FILES.iter().map(|(path, is_gzip, stored)| (*path, Asset::new(path, *is_gzip, stored)));
    Bundle(assets.collect())
});

/// The page of a binary that was built without `web/dist`.
const WITHOUT: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><base href=\"{{base}}\">\
    <title>Postrider</title></head>\n<body>\n<h1>Postrider</h1>\n<p>This binary was built without the dashboard: \
    <code>web/dist</code> was missing. The API works; see <a href=\"docs/\">its reference</a>.</p>\n</body>\n</html>\n";

impl Bundle {
    /// A file by the path of its request. The page itself has other paths.
    pub(super) fn get(&self, path: &str) -> Option<&Asset> {
        self.0.get(path).filter(|asset| asset.path != INDEX)
    }

    /// The page, with placeholders for its nonce and its base.
    pub(super) fn page(&self) -> String {
        let page = self.0.get(INDEX).map(|asset| asset.bytes(false));
        page.map_or_else(|| WITHOUT.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    }
}

const INDEX: &str = "/index.html";

impl Asset {
    fn new(path: &'static str, is_gzip: bool, stored: &'static [u8]) -> Self {
        let digest = Sha256::digest(stored).iter().take(12).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        Self { path, stored, is_gzip, content_type: content_type(extension), digest }
    }

    /// The entity tag; each encoding has its own.
    pub(super) fn tag(&self, is_gzip: bool) -> String {
        format!("\"{}{}\"", self.digest, if is_gzip { "-gzip" } else { "" })
    }

    /// A file with a hash in its name never changes.
    pub(super) fn cache_control(&self) -> &'static str {
        if self.path.starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
    }

    pub(super) fn bytes(&self, as_gzip: bool) -> Bytes {
        if self.is_gzip && !as_gzip {
            let mut plain = Vec::new();
            // The build compressed it, so it is intact.
            let _ = GzDecoder::new(self.stored).read_to_end(&mut plain);
            return plain.into();
        }
        Bytes::from_static(self.stored)
    }
}

fn content_type(extension: &str) -> &'static str {
    match extension {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "ico" => "image/x-icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
