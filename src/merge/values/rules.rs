//! The rules by which contested values are settled.

use crate::merge::rule::Rule;

/// Neighbouring lines, other keys.
pub(in crate::merge) static SEPARATE: Rule =
    Rule { id: "separate-keys", why: "Both sides changed neighbouring lines, but of different keys or items." };
/// Both added items.
pub(in crate::merge) static UNION: Rule =
    Rule { id: "union-of-items", why: "Both sides added items to one list; the list has all of them, the project's first." };
/// Deleted by the project.
pub(in crate::merge) static DELETED: Rule =
    Rule { id: "deleted-by-you", why: "The project removed it; what the road changed in it is not brought back." };
/// Parts of a requirement.
pub(in crate::merge) static PARTS: Rule =
    Rule { id: "parts-of-value", why: "Both sides changed the same value, but different parts of it." };
