//! Runs the page's two Rust blocks on the cases in a folder: `receiving (crates | package) CASES`.

mod crates;
mod package;

use std::{fs, path::Path};

fn by_package(secret: &str, id: &str, timestamp: &str, signatures: &str, body: &[u8]) -> bool {
    let mut headers = http::HeaderMap::new();
    for (name, value) in [("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signatures)] {
        headers.insert(name, value.parse().expect("a header's value"));
    }
    package::verify(secret, &headers, body).is_ok()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let verify = if arguments[1] == "package" { by_package } else { crates::verify };
    let mut cases: Vec<_> = fs::read_dir(&arguments[2]).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for case in cases {
        let bytes = |name: &str| fs::read(Path::new(&case).join(name)).unwrap();
        let text = |name: &str| String::from_utf8(bytes(name)).unwrap();
        let verified = verify(&text("secret"), &text("id"), &text("timestamp"), &text("signatures"), &bytes("body"));
        let verdict = if verified { "verified" } else { "refused" };
        println!("{} {verdict}", case.file_name().unwrap().to_str().unwrap());
    }
}
