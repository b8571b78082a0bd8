//! What the node itself answers.

use cosmos_sdk_proto::cosmos::base::node::v1beta1::ConfigResponse;
use prost::Message as _;

use crate::app::App;

impl App {
    /// What a transaction must pay for this node to admit it.
    pub(super) fn node_config(&self) -> Vec<u8> {
        let minimum_gas_price = self.ante.min_gas_prices.to_string();
        // What is kept is not told in these fields: zero, as a node of the SDK answers by default.
        let (pruning_keep_recent, pruning_interval) = ("0".to_owned(), "0".to_owned());
        ConfigResponse { minimum_gas_price, pruning_keep_recent, pruning_interval, halt_height: 0 }
            .encode_to_vec()
    }
}
