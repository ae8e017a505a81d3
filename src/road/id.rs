//! The id of a road: it becomes a folder, a target and the name of a signed role, so one rule holds wherever one is made or read.

/// The longest id, in bytes.
const LONGEST: usize = 64;
/// Names that the metadata of a registry has already.
const TAKEN: [&str; 5] = ["root", "targets", "snapshot", "timestamp", "mirrors"];
/// What an id is, for messages.
pub const RULE: &str =
    "it has lower-case letters, digits, `-` and `_`, begins with a letter, is at most 64 long, and is no role of a registry";

/// Whether a text is the id of a road.
pub fn is_road_id(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_');
    let first = text.bytes().next().is_some_and(|first| first.is_ascii_lowercase());
    plain && first && text.len() <= LONGEST && !TAKEN.contains(&text)
}

/// Makes an id of a name that others gave, such as that of a folder.
pub fn suggest(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    let mut id = parts.join("-");
    if !id.starts_with(|c: char| c.is_ascii_lowercase()) || TAKEN.contains(&id.as_str()) {
        id = format!("road-{id}");
    }
    id.truncate(LONGEST - 4);
    id.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_suggested_is_an_id() {
        for (name, id) in [
            ("My Template_2", "my-template-2"),
            ("2fa-x", "road-2fa-x"),
            ("root", "road-root"),
            ("../é", "road"),
            ("", "road"),
            ("acme", "acme"),
        ] {
            assert_eq!(suggest(name), id);
            assert!(is_road_id(id), "{id}");
        }
        assert!(is_road_id(&suggest(&"x-".repeat(200))));
        assert!(is_road_id("small_road"));
        for bad in ["", "2fa-x", "Acme", "a/b", "..", "root", "snapshot", "-a", "a b", &"a".repeat(65)] {
            assert!(!is_road_id(bad), "{bad}");
        }
    }
}
