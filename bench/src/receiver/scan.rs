//! Reads two numbers out of a body without parsing it, because the receiver must use as little processor time as
//! possible.

/// The number after `key`, quoted or not. Keys are near the start of a body.
pub(super) fn number_after(body: &[u8], key: &[u8]) -> Option<u64> {
    let start = body.windows(key.len()).position(|window| window == key)? + key.len();
    let rest = body[start..].iter().skip_while(|byte| matches!(byte, b' ' | b':' | b'"'));
    let digits: Vec<u8> = rest.take_while(|byte| byte.is_ascii_digit()).copied().collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_after_their_key() {
        let body = br#"{"type":"a","data":{"seq":17,"t0": "1700000000000000","pad":"x"}}"#;
        assert_eq!(number_after(body, b"\"seq\""), Some(17));
        assert_eq!(number_after(body, b"\"t0\""), Some(1_700_000_000_000_000));
        assert_eq!(number_after(body, b"\"t1\""), None);
        assert_eq!(number_after(br#"{"seq":"x"}"#, b"\"seq\""), None);
        assert_eq!(number_after(b"", b"\"seq\""), None);
    }
}
