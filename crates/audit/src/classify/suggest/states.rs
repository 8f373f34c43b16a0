//! States that the text of a function sets: `status = CANCELLED`, `paid_at = now()`, `markAsPaid()`. The facts have no
//! assignments to attributes, so this reads lines.

use super::{names::Name, wish::Wish};

/// True when a line of the text gives a state the event's word: `status = CANCELLED`, `paid_at = now()`.
pub(super) fn sets_state(text: &str, wish: &Wish) -> bool {
    text.lines().any(|line| sets_in_line(line.trim(), wish))
}

fn sets_in_line(line: &str, wish: &Wish) -> bool {
    let asks =
        ["if ", "if(", "elif", "else if", "while", "where", "case ", "when ", "assert", "return ", "#", "//", "*"];
    if asks.iter().any(|start| line.starts_with(start)) || line.contains("==") || line.contains("!=") {
        return false;
    }
    let said = |text: &str| Name::new(text).stems.iter().any(|stem| wish.deed.contains(stem));
    let holds = |name: &Name| {
        let last = name.words.last().map_or("", String::as_str);
        matches!(last, "status" | "state" | "phase" | "stage")
    };
    // `status = X`, `status: X`, `setStatus(X)`, `transition_to(X)`
    for (at, sign) in line.char_indices().filter(|(_, sign)| matches!(sign, '=' | ':' | '(')) {
        let (before, after) = (line[..at].trim_end().trim_end_matches(['"', '\'', ':']), &line[at + sign.len_utf8()..]);
        let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        let name = Name::new(&before[start..]);
        let value = after.split([',', ';']).next().unwrap_or("");
        let called = sign == '(';
        let first = name.words.first().map_or("", String::as_str);
        let changes = matches!(first, "set" | "update" | "change" | "transition" | "mark" | "move");
        let named = name.stems.iter().any(|stem| wish.deed.contains(stem));
        let dated = matches!(name.words.last().map_or("", String::as_str), "at" | "on" | "date" | "time");
        let is_flag = matches!(value.trim(), "true" | "True");
        let named_call = named && (dated || first == "mark" || name.words.len() == 2 && value.trim() != "false)");
        let by_call = called && changes && (named_call || (holds(&name) || first == "transition") && said(value));
        let by_value =
            !called && (holds(&name) && said(value) || named && (is_flag || dated && !value.trim().is_empty()));
        if by_call || by_value {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_set_a_state() {
        let wish = Wish::of("order.cancelled");
        for line in [
            "order.status = OrderStatus.CANCELLED",
            "order.setStatus(OrderStatus.CANCELLED);",
            "order.update!(status: :cancelled)",
            "status=\"cancelled\",",
            "order.cancelled_at = now()",
            "order.markAsCancelled()",
        ] {
            assert!(sets_state(line, &wish), "{line}");
        }
        for line in [
            "if order.status == OrderStatus.CANCELLED:",
            "if (order.getStatus().equals(CANCELLED)) {",
            "logger.info(\"order cancelled\", id=order.id)",
            "raise Error(\"already cancelled\")",
            "order.status = OrderStatus.PAID",
        ] {
            assert!(!sets_state(line, &wish), "{line}");
        }
    }
}
