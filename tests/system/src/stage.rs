//! A complete Stoa on loopback: chain, contracts, runner, relayer, and a service to order from.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use cosmwasm_std::coin;
use serde::Deserialize;
use stoa_client::{Client, Key, Message, Network};
use stoa_primitives::{BASE_DENOM, BasisPoints, ContentHash};
use stoa_provenance_types::{AssetKind, ExecuteMsg};

use crate::{
    accounts, binaries,
    comet::BlockTime,
    demo::terms,
    deploy::{self, Rules},
    localnet::Localnet,
    ports::Ports,
    process::Process,
    services::{self, Backend, ModelInfo},
};

/// A chain with contracts and the provider's runner.
pub struct Stage {
    /// The chain.
    pub localnet: Localnet,
    /// Addresses of everything.
    pub network: Network,
    /// The provider's runner.
    pub runner: Process,
    /// The provider's relayer.
    pub relayer: Process,
    /// The model that the runner serves.
    pub model: ModelInfo,
}

/// A dataset as `lineage.json` lists it.
#[derive(Clone, Debug, Deserialize)]
pub struct Dataset {
    /// Name.
    pub name: String,
    /// SPDX licence expression.
    pub spdx: String,
    /// SHA-256 of the extracted corpus.
    pub sha256: ContentHash,
}

impl Stage {
    /// Starts everything on an empty folder.
    pub async fn set_up(
        path: &Path,
        ports: Ports,
        block_time: BlockTime,
        backend: Backend,
    ) -> Result<Self> {
        let localnet = Localnet::create(path, &[ports], block_time).await?;
        let network =
            deploy::contracts(&localnet.home, &localnet.network()?, Rules::default()).await?;
        let folder = binaries::shipped_model()?;
        let model = services::inspect(&folder)?;
        let runner = services::start_runner(&localnet.home, &ports, &folder, backend)?;
        let relayer = services::start_relayer(&localnet.home, &ports)?;
        Ok(Self { localnet, network, runner, relayer, model })
    }

    /// A client that signs with a development account's key.
    pub async fn client(&self, name: &str) -> Result<Client> {
        let key = Key::from_mnemonic(&accounts::named(name)?.mnemonic)?;
        Ok(Client::connect(&self.network, key).await?)
    }

    /// The shipped model's datasets.
    pub fn datasets() -> Result<Vec<Dataset>> {
        #[derive(Deserialize)]
        struct Lineage {
            datasets: Vec<Dataset>,
        }
        let path = binaries::shipped_model()?.join("lineage.json");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Ok(serde_json::from_str::<Lineage>(&text)?.datasets)
    }

    /// Registers all datasets of the shipped model in one transaction of the dataset owner.
    pub async fn register_datasets(&self) -> Result<()> {
        let owner = self.client("dataset-owner").await?;
        let provenance = self.network.provenance.clone().context("no provenance contract")?;
        let messages = Self::datasets()?
            .into_iter()
            .map(|dataset| {
                let message = ExecuteMsg::Register {
                    content_hash: dataset.sha256,
                    kind: AssetKind::Dataset,
                    name: dataset.name,
                    license: dataset.spdx,
                    parents: vec![],
                    royalty: BasisPoints::new(terms::DATASET_ROYALTY_BASIS_POINTS)?,
                };
                let json = serde_json::to_vec(&message)?;
                Ok(Message::execute(owner.address()?, &provenance, json, &[]))
            })
            .collect::<Result<_>>()?;
        owner.broadcast(messages).await.context("registering the datasets")?;
        Ok(())
    }

    /// Registers the model, derived from all datasets, as the model owner.
    pub async fn register_model(&self) -> Result<()> {
        let owner = self.client("model-owner").await?;
        let provenance = self.network.provenance.clone().context("no provenance contract")?;
        let message = ExecuteMsg::Register {
            content_hash: self.model.model_root.parse()?,
            kind: AssetKind::Model,
            name: self.model.name.clone(),
            license: "MIT OR Apache-2.0".to_owned(),
            parents: Self::datasets()?.into_iter().map(|dataset| dataset.sha256).collect(),
            royalty: BasisPoints::new(terms::MODEL_ROYALTY_BASIS_POINTS)?,
        };
        owner.execute(&provenance, &message, &[]).await.context("registering the model")?;
        Ok(())
    }

    /// Posts the service and its bond as the provider; returns nothing because it is service 1.
    pub async fn register_service(&self) -> Result<()> {
        let key = Key::from_mnemonic(&accounts::named("provider")?.mnemonic)?;
        let provider = self.client("provider").await?;
        let marketplace = self.network.marketplace.clone().context("no marketplace contract")?;
        let message = stoa_marketplace_types::ExecuteMsg::RegisterService {
            name: format!("{} completions", self.model.name),
            model: self.model.model_root.parse()?,
            semantics_version: self.model.semantics_version,
            price: terms::PRICE.into(),
            endpoint: Ports::http(self.localnet.ports()?.runner),
            receipt_key: key.public_key().to_vec().into(),
        };
        let bond = [coin(terms::BOND, BASE_DENOM)];
        provider.execute(&marketplace, &message, &bond).await.context("posting the service")?;
        Ok(())
    }
}
