//! Suggestions for misspelt names.

/// The most similar of these names, if it is similar enough.
pub(super) fn nearest<'n>(name: &str, among: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let (name, ours) = (name.to_ascii_lowercase(), "postrider");
    let alike = |other: &str| {
        let other = other.to_ascii_lowercase();
        // The common prefix must not count as similarity.
        let cut = |text: &str| text.strip_prefix(ours).unwrap_or(text).trim_start_matches(['_', ':']).to_owned();
        strsim::jaro_winkler(&cut(&name), &cut(&other))
    };
    let scored = among.into_iter().map(|other| (alike(other), other));
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(score, _)| *score > 0.8).map(|(_, name)| name)
}
