use prost_reflect::{DescriptorPool, DynamicMessage, Kind as ProtoKind};
use stoa_app::tx::schema::{self, Kind, Shape};

use super::*;
use crate::{routes, shapes};

fn pool() -> DescriptorPool {
    DescriptorPool::from_file_descriptor_set(descriptors().clone()).unwrap()
}

#[test]
fn every_route_is_a_method_of_a_service_with_its_messages() {
    let pool = pool();
    for route in routes::all() {
        let service = pool.get_service_by_name(route.service).unwrap();
        let method = service.methods().find(|method| method.name() == route.rpc).unwrap();
        assert_eq!(method.input().full_name(), route.request.name);
        assert_eq!(method.output().full_name(), route.response.name);
        assert_eq!(service.methods().filter(|method| method.name() == route.rpc).count(), 1);
    }
}

#[test]
fn one_name_has_one_shape() {
    fn walk(shape: &'static Shape, seen: &mut Vec<&'static Shape>) {
        if let Some(known) = seen.iter().find(|known| known.name == shape.name) {
            let numbers = |shape: &Shape| -> Vec<(u32, &str)> {
                shape.fields.iter().map(|field| (field.number, field.name)).collect()
            };
            assert_eq!(numbers(known), numbers(shape), "{}", shape.name);
            return;
        }
        seen.push(shape);
        for field in shape.fields {
            if let Kind::Message(inner) = field.kind {
                walk(inner, seen);
            }
        }
    }
    let mut seen = Vec::new();
    for route in routes::all() {
        walk(route.request, &mut seen);
        walk(route.response, &mut seen);
    }
    schema::packed().chain(shapes::responses()).for_each(|s| walk(s, &mut seen));
    assert!(seen.len() > 150, "{}", seen.len());
}

#[test]
fn every_field_has_the_type_that_is_on_the_wire() {
    let pool = pool();
    for message in pool.all_messages() {
        for field in message.fields() {
            if let ProtoKind::Enum(values) = field.kind() {
                assert_eq!(values.values().next().unwrap().number(), 0, "{}", values.full_name());
            }
        }
    }
    // What the generated code of the interface crate writes, the descriptors read, and the other way round.
    let coin = cosmos_sdk_proto::cosmos::base::v1beta1::Coin {
        denom: "ustoa".to_owned(),
        amount: "7".to_owned(),
    };
    let descriptor = pool.get_message_by_name("cosmos.base.v1beta1.Coin").unwrap();
    let read = DynamicMessage::decode(descriptor, coin.encode_to_vec().as_slice()).unwrap();
    assert_eq!(read.get_field_by_name("denom").unwrap().as_str(), Some("ustoa"));
    let nested = pool.get_message_by_name("cosmos.tx.v1beta1.ModeInfo.Multi").unwrap();
    assert_eq!(nested.parent_message().unwrap().name(), "ModeInfo");
}

#[test]
fn files_come_behind_what_they_need() {
    let mut seen: Vec<&str> = Vec::new();
    for file in &descriptors().file {
        for wanted in &file.dependency {
            assert!(seen.contains(&wanted.as_str()), "{} before {wanted}", file.name());
        }
        seen.push(file.name());
    }
    assert!(seen.contains(&"google/protobuf/any.proto"));
    assert!(seen.contains(&"cosmos/bank/v1beta1.proto"));
}

#[test]
fn both_versions_of_the_reflection_service_are_made() {
    assert!(super::routes::<()>().is_ok());
}
