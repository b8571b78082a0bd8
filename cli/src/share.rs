//! Proportions as people write them: `2.5%` or `250` basis points.

use std::str::FromStr;

use stoa_primitives::BasisPoints;

use crate::{amount::parse_fixed_point, error::CliError};

/// One proportion given on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share(pub BasisPoints);

impl FromStr for Share {
    type Err = CliError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = |reason| CliError::Share { text: text.to_owned(), reason };
        let number = match text.strip_suffix('%') {
            Some(percent) => parse_fixed_point(percent.trim(), 2).map_err(refused)?,
            None => parse_fixed_point(text, 0).map_err(refused)?,
        };
        let number = u16::try_from(number).map_err(|_| refused("it is above 100 %"))?;
        BasisPoints::new(number).map(Self).map_err(|_| refused("it is above 100 %"))
    }
}

/// `2.50 %`.
pub(crate) fn show_share(share: BasisPoints) -> String {
    format!("{}.{:02} %", share.get() / 100, share.get() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_basis_points_are_understood() {
        for text in ["2.5%", "2.50 %", "250"] {
            assert_eq!(text.parse::<Share>().unwrap().0.get(), 250, "{text}");
        }
        assert_eq!(show_share(BasisPoints::new(250).unwrap()), "2.50 %");
    }

    #[test]
    fn more_than_the_whole_and_finer_than_a_basis_point_are_refused() {
        for text in ["100.01%", "10001", "2.555%", "2.5", "%", "x%"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }
}
