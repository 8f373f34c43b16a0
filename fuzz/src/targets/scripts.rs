//! Frames between the server and the processes that run scripts, and the answers of those.

use crate::input::parts;
use model::attempt::whole_characters;
use transform::{
    Effect,
    fuzzing::{self, BODY_MAX, HEADERS, MAY_SET},
};

pub(super) const WORDS: &[&str] = &[
    "{\"console\":[],\"outcome\":{\"Send\":{",
    "\"body\":\"json\"",
    "\"Json\"",
    "\"Text\"",
    "\"headers\":[",
    "[\"x-script\",\"a\"]",
    "\"path\":\"/",
    "\"method\":\"PUT\"",
    "//",
    "\\r\\n",
    "\\u0000",
    "content-type",
    "authorization",
    "\u{1e}",
];

/// A head and a body.
pub(super) fn run(input: &[u8]) {
    let [head, body] = parts(input);
    let framed = fuzzing::framed(head, body).unwrap();
    let expected = (head.to_vec(), body.to_vec());
    assert_eq!(fuzzing::worker_frame(&framed).unwrap(), Some(expected.clone()));
    match fuzzing::frame(&framed) {
        Ok(read) => assert_eq!(read, expected),
        Err(_) => assert!(body.len() > BODY_MAX, "a frame is not read back"),
    }
    // Any bytes as a frame: a length beyond the maximum must allocate nothing.
    drop((fuzzing::frame(input), fuzzing::worker_frame(input)));
    let _ = fuzzing::is_call(head);
    if let Some(Ok(Effect::Send(shaped))) = fuzzing::effect(head, body.to_vec()) {
        assert!(shaped.body.len() <= BODY_MAX && whole_characters(&shaped.body).len() == shaped.body.len());
        assert!(http::HeaderValue::try_from(&shaped.content_type).is_ok());
        for (name, value) in &shaped.headers {
            let is_own = HEADERS.iter().any(|(own, same)| own == name && same == value);
            assert!(is_own || name == MAY_SET, "a script sets {name}");
            assert!(http::HeaderName::try_from(name).is_ok() && http::HeaderValue::try_from(value).is_ok());
        }
        if let Some(path) = &shaped.path {
            let uri: http::Uri = format!("https://receiver.test{path}").parse().unwrap();
            assert_eq!(uri.host(), Some("receiver.test"), "a path that names another host");
        }
    }
}
