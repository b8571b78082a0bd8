//! Which answers share a step, and with how many tokens. Pure.

/// Fewest tokens of a step: room for decoding and for a piece of a prompt.
pub const MIN_STEP_TOKENS: u32 = 8;
/// Part of a step that prompts get, however many answers decode.
const READING_PART: u32 = 8;

/// What an answer wants of the next step.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// Tokens that have no keys and values yet, at least 1; with 1 the step produces a token.
    pub unread: u32,
    /// Number of the last step that served it.
    pub last_step: u64,
}

/// Tokens of each answer in a step of at most `room` tokens.
///
/// Every answer that decodes has one; prompts share the rest evenly. Where there is not enough, those that waited
/// longest come first, so nobody waits for ever.
pub fn shares(demands: &[Demand], room: u32) -> Vec<u32> {
    let mut shares = vec![0; demands.len()];
    let mut order: Vec<usize> = (0..demands.len()).collect();
    order.sort_by_key(|index| (demands[*index].last_step, *index));
    let (decoding, reading): (Vec<usize>, Vec<usize>) =
        order.into_iter().partition(|index| demands[*index].unread <= 1);
    let kept = if reading.is_empty() { 0 } else { (room / READING_PART).max(1) };
    let mut left = room;
    for index in decoding.into_iter().take(room.saturating_sub(kept) as usize) {
        shares[index] = 1;
        left -= 1;
    }
    let even = (left / (reading.len() as u32).max(1)).max(1);
    // First an even part for all, then what the short ones left.
    for part in [even, left] {
        for index in reading.iter().copied() {
            let more = (demands[index].unread - shares[index]).min(part).min(left);
            shares[index] += more;
            left -= more;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn demand(unread: u32, last_step: u64) -> Demand {
        Demand { unread, last_step }
    }

    #[test]
    fn decoding_comes_first_and_prompts_share_the_rest() {
        let demands = [demand(1, 0), demand(500, 0), demand(10, 0), demand(1, 0)];
        assert_eq!(shares(&demands, 64), [1, 52, 10, 1]);
        assert_eq!(shares(&[demand(500, 0), demand(500, 0)], 64), [32, 32]);
    }

    #[test]
    fn a_step_full_of_decoding_still_reads_a_piece_of_a_prompt() {
        let mut demands = vec![demand(1, 3); 100];
        demands.push(demand(30, 4));
        let shares = shares(&demands, 64);
        assert_eq!((shares[100], shares.iter().sum::<u32>()), (8, 64));
    }

    proptest! {
        #[test]
        fn a_step_is_full_as_long_as_anybody_wants_more(
            unread in proptest::collection::vec(1u32..200, 1..90), room in MIN_STEP_TOKENS..100,
        ) {
            let demands: Vec<_> = unread.iter().map(|unread| demand(*unread, 0)).collect();
            let shares = shares(&demands, room);
            let sum: u32 = shares.iter().sum();
            prop_assert!(sum <= room);
            prop_assert!(shares.iter().zip(&unread).all(|(share, unread)| share <= unread));
            let reading: u32 = unread.iter().filter(|unread| **unread > 1).sum();
            let decoding = unread.iter().filter(|unread| **unread == 1).count() as u32;
            // With prompts a part is kept for them, which they may not fill.
            let all = if reading == 0 { decoding.min(room) } else {
                (decoding.min(room - (room / READING_PART).max(1)) + reading).min(room)
            };
            prop_assert_eq!(sum, all);
        }

        #[test]
        fn everybody_is_served_within_a_bounded_number_of_steps(
            unread in proptest::collection::vec(1u32..200, 1..90), room in MIN_STEP_TOKENS..70,
        ) {
            let mut demands: Vec<_> = unread.iter().map(|unread| demand(*unread, 0)).collect();
            let mut served = vec![false; demands.len()];
            // Nobody ever gets done: the worst case. A step serves at least one of each kind that waits.
            for step in 1..=demands.len() as u64 {
                for (index, share) in shares(&demands, room).into_iter().enumerate() {
                    if share > 0 {
                        (served[index], demands[index].last_step) = (true, step);
                    }
                }
            }
            prop_assert!(served.into_iter().all(|served| served));
        }
    }
}
