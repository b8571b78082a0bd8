//! SPDX licence expressions (SPDX 2.3, annex D), by syntax.
//!
//! `expression = term { ("AND" | "OR") term }`, `term = "(" expression ")" | id ["WITH" id]`, where an id has
//! letters, digits, `.` and `-`, may begin with `LicenseRef-` or `DocumentRef-…:LicenseRef-`, and a licence may
//! end in `+`. Whether an id is on SPDX's list is not checked: the list changes without the chain.

/// Where an expression breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LicenseError {
    /// It ends where an id was expected.
    #[error("it ends where an identifier is expected")]
    UnexpectedEnd,
    /// An operator or a parenthesis stands where an id was expected, or the reverse.
    #[error("{token:?} does not fit where it stands")]
    UnexpectedToken {
        /// The token.
        token: String,
    },
    /// A character that no id has.
    #[error("{token:?} is not an identifier")]
    InvalidIdentifier {
        /// The token.
        token: String,
    },
    /// A parenthesis is not closed.
    #[error("{open} parentheses are not closed")]
    Unclosed {
        /// How many.
        open: usize,
    },
}

/// What the next token may be.
#[derive(Clone, Copy, PartialEq)]
enum Expect {
    Term,
    Exception,
    AfterLicense,
    AfterTerm,
}

/// Accepts a well-formed expression. One pass, no recursion.
pub fn check_license(expression: &str) -> Result<(), LicenseError> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ");
    let mut expect = Expect::Term;
    let mut open = 0usize;
    for token in spaced.split_ascii_whitespace() {
        expect = match (expect, token) {
            (Expect::Term, "(") => {
                open += 1;
                Expect::Term
            }
            (Expect::AfterLicense | Expect::AfterTerm, ")") if open > 0 => {
                open -= 1;
                Expect::AfterTerm
            }
            (Expect::AfterLicense | Expect::AfterTerm, "AND" | "OR") => Expect::Term,
            (Expect::AfterLicense, "WITH") => Expect::Exception,
            (_, "(" | ")" | "AND" | "OR" | "WITH") => return Err(unexpected(token)),
            (Expect::Term, id) => {
                check_id(id.strip_suffix('+').unwrap_or(id), token)?;
                Expect::AfterLicense
            }
            (Expect::Exception, id) => {
                check_id(id, token)?;
                Expect::AfterTerm
            }
            (Expect::AfterLicense | Expect::AfterTerm, _) => return Err(unexpected(token)),
        };
    }
    match expect {
        Expect::Term | Expect::Exception => Err(LicenseError::UnexpectedEnd),
        Expect::AfterLicense | Expect::AfterTerm if open > 0 => {
            Err(LicenseError::Unclosed { open })
        }
        Expect::AfterLicense | Expect::AfterTerm => Ok(()),
    }
}

fn unexpected(token: &str) -> LicenseError {
    LicenseError::UnexpectedToken { token: token.to_owned() }
}

fn check_id(id: &str, token: &str) -> Result<(), LicenseError> {
    let refused = || LicenseError::InvalidIdentifier { token: token.to_owned() };
    let id = match id.split_once(':') {
        Some((document, license)) => {
            let document = document.strip_prefix("DocumentRef-").ok_or_else(refused)?;
            if !is_id_string(document) {
                return Err(refused());
            }
            license.strip_prefix("LicenseRef-").ok_or_else(refused)?
        }
        None => id.strip_prefix("LicenseRef-").unwrap_or(id),
    };
    if is_id_string(id) { Ok(()) } else { Err(refused()) }
}

fn is_id_string(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
    text.bytes().all(is_allowed) && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn expressions_in_use_are_accepted() {
        for license in [
            "MIT",
            "Apache-2.0",
            "MIT OR Apache-2.0",
            "GPL-2.0-or-later WITH Classpath-exception-2.0",
            "(MIT AND (BSD-3-Clause OR Zlib)) OR GPL-2.0+",
            "CC-BY-4.0",
            "LicenseRef-llama3",
            "DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2",
        ] {
            assert_eq!(check_license(license), Ok(()), "{license}");
        }
    }

    #[test]
    fn malformed_expressions_are_refused_with_their_reason() {
        let unexpected = |token: &str| LicenseError::UnexpectedToken { token: token.to_owned() };
        let invalid = |token: &str| LicenseError::InvalidIdentifier { token: token.to_owned() };
        for (license, reason) in [
            ("", LicenseError::UnexpectedEnd),
            ("   ", LicenseError::UnexpectedEnd),
            ("MIT OR", LicenseError::UnexpectedEnd),
            ("MIT WITH", LicenseError::UnexpectedEnd),
            ("OR MIT", unexpected("OR")),
            ("MIT Apache-2.0", unexpected("Apache-2.0")),
            ("MIT AND OR Zlib", unexpected("OR")),
            ("(MIT) WITH Bison-exception-2.2", unexpected("WITH")),
            ("MIT)", unexpected(")")),
            ("()", unexpected(")")),
            ("((MIT)", LicenseError::Unclosed { open: 1 }),
            ("MIT/Apache-2.0", invalid("MIT/Apache-2.0")),
            ("+", invalid("+")),
            ("-.-", invalid("-.-")),
            ("GPL-2.0 WITH Bison+", invalid("Bison+")),
            ("Docu:LicenseRef-x", invalid("Docu:LicenseRef-x")),
            ("MÏT", invalid("MÏT")),
        ] {
            assert_eq!(check_license(license), Err(reason), "{license}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered_without_a_panic(text: String) {
            let _ = check_license(&text);
        }
    }
}
