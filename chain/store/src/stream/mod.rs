//! The whole state of a height as a stream of bytes, from which another node makes the same trees.
//!
//! ```text
//! stream = store* END
//! store  = STORE name, node*          names in ascending order, every mounted store once
//! node   = LEAF version key value     a key and the height at which it was written
//!        | INNER version              joins the last two subtrees; the height at which it was built
//! ```
//!
//! A tag is one byte, numbers are varints, bytes come after their length. Nodes come children before
//! parents, left before right. Heights, sizes, keys and hashes of inner nodes are not in the stream: they
//! follow. The bytes depend on the state alone, so all nodes make the same stream of a height.
//!
//! Invariants: the reader holds one unfinished item and the pieces that came last, whatever the sender
//! claims; it never panics.

mod item;
mod reader;

pub(crate) use item::{Item, put_end, put_inner, put_leaf, put_store};
pub use item::{MAX_NAME_BYTES, MAX_VALUE_BYTES};
pub use reader::FormError;
pub(crate) use reader::ItemReader;
