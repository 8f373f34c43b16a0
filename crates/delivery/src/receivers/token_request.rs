//! The request to a token endpoint and its answer: OAuth 2.0 client credentials (RFC 6749, section 4.4). Does no I/O.
//!
//! Answers are hostile: faults hold a cleaned part of their text at most, and never the client secret.

#[cfg(test)]
mod tests;

use super::tokens::{Fetched, TokenFault};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use model::credentials::{ClientAuthentication, OAuth2};
use serde_json::{Map, Value};
use url::form_urlencoded::{Serializer, byte_serialize};

/// Longest answer that is read, in bytes.
pub(crate) const ANSWER_MAX: usize = 64 * 1024;
/// Longest access token, in bytes. Receivers refuse longer headers.
const TOKEN_MAX: usize = 16 * 1024;
/// Longest shown part of an answer, in characters.
const SHOWN_MAX: usize = 300;

/// A POST to the token endpoint.
#[derive(Debug)]
pub(crate) struct TokenRequest {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The request for a token.
pub(crate) fn token_request(settings: &OAuth2) -> TokenRequest {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    for (name, value) in [("scope", &settings.scope), ("audience", &settings.audience)] {
        if let Some(value) = value {
            form.append_pair(name, value);
        }
    }
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    match settings.client_authentication {
        ClientAuthentication::Header => {
            let mut value = HeaderValue::from_str(&format!("Basic {}", basic(settings)))
                .unwrap_or_else(|_| unreachable!("base64 is visible ASCII"));
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        ClientAuthentication::Body => {
            form.append_pair("client_id", &settings.client_id).append_pair("client_secret", &settings.client_secret);
        }
    }
    TokenRequest { headers, body: form.finish().into() }
}

/// The credentials for `Authorization: Basic`. The client's id and secret are form-encoded first (RFC 6749, section 2.3.1),
/// so that an id may contain a colon.
fn basic(settings: &OAuth2) -> String {
    STANDARD.encode(format!("{}:{}", form_encoded(&settings.client_id), form_encoded(&settings.client_secret)))
}

fn form_encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// Reads the answer of a token endpoint. A body of more than [`ANSWER_MAX`] bytes is not read; a caller that stops reading
/// passes at least one byte more.
pub(crate) fn read_answer(settings: &OAuth2, status: u16, body: &[u8]) -> Result<Fetched, TokenFault> {
    let is_success = (200..300).contains(&status);
    let answer: Option<Map<String, Value>> =
        if body.len() > ANSWER_MAX { None } else { serde_json::from_slice(body).ok() };
    if let Some(code) = answer.as_ref().and_then(|answer| text(answer, "error")) {
        let description = answer.as_ref().and_then(|answer| text(answer, "error_description"));
        let said = description.map_or_else(|| code.to_owned(), |description| format!("{code}: {description}"));
        return Err(fault(format!("the token endpoint refused with HTTP {status}, {}", shown(settings, &said))));
    }
    let answer = match answer {
        Some(answer) if is_success => answer,
        _ if (300..400).contains(&status) => {
            return Err(fault(format!("HTTP {status} from the token endpoint, and redirects are not followed")));
        }
        None if is_success && body.len() > ANSWER_MAX => {
            return Err(fault(format!("HTTP {status} from the token endpoint with more than {ANSWER_MAX} bytes")));
        }
        None if is_success => {
            return Err(fault(format!("HTTP {status} from the token endpoint without a JSON object")));
        }
        _ => return Err(fault(format!("HTTP {status} from the token endpoint"))),
    };
    let access_token = answer.get("access_token").and_then(Value::as_str).unwrap_or("");
    if access_token.is_empty() {
        return Err(fault("the token endpoint's answer has no access_token"));
    }
    if access_token.len() > TOKEN_MAX || !access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(fault(format!(
            "the token endpoint's access_token must be at most {TOKEN_MAX} visible ASCII characters"
        )));
    }
    match text(&answer, "token_type") {
        Some(kind) if kind.eq_ignore_ascii_case("bearer") => {}
        Some(kind) => {
            let kind = shown(settings, kind);
            return Err(fault(format!("the token endpoint's token_type must be Bearer, and is {kind}")));
        }
        None => return Err(fault("the token endpoint's answer has no token_type, which must be Bearer")),
    }
    let expires_in = match answer.get("expires_in") {
        None | Some(Value::Null) => None,
        Some(value) => match seconds(value) {
            Some(seconds) => Some(seconds),
            None => return Err(fault("the token endpoint's expires_in must be a number of seconds")),
        },
    };
    Ok(Fetched { access_token: access_token.to_owned(), expires_in })
}

fn fault(reason: impl Into<std::sync::Arc<str>>) -> TokenFault {
    TokenFault::new(reason)
}

/// A member that is a text and not empty.
fn text<'a>(answer: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A number of seconds, rounded down. RFC 6749 wants a number; many endpoints send a text (its erratum 5379).
fn seconds(value: &Value) -> Option<i64> {
    let number = match value {
        Value::Number(number) => return number.as_i64().or_else(|| number.as_f64().map(whole)),
        Value::String(text) => text.trim(),
        _ => return None,
    };
    let fraction = || number.parse().ok().filter(|seconds: &f64| seconds.is_finite()).map(whole);
    number.parse().ok().or_else(fraction)
}

/// Saturates.
const fn whole(seconds: f64) -> i64 {
    seconds.floor() as i64
}

/// The part of a foreign text that faults may show: one line without characters that hide or reorder others.
fn shown(settings: &OAuth2, foreign: &str) -> String {
    let mut line = String::new();
    for character in foreign.chars() {
        match character {
            _ if is_hidden(character) => {}
            _ if character.is_whitespace() || character.is_control() => {
                if !line.is_empty() && !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            _ => line.push(character),
        }
    }
    let line = line.trim_end();
    let secret = &settings.client_secret;
    let forms = [secret.clone(), form_encoded(secret), form_encoded(secret).replace('+', "%20"), basic(settings)];
    // Spaces are collapsed in the shown line, and so in what is searched for.
    let one_line = secret.split_whitespace().collect::<Vec<_>>().join(" ");
    if forms.iter().any(|form| foreign.contains(form)) || !one_line.is_empty() && line.contains(&one_line) {
        return "with a text that is not shown because it contains the client secret".to_owned();
    }
    match line.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// Characters without a form of their own, which can hide, reorder or join others.
const fn is_hidden(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
