//! Attributes of OTLP JSON, and their turn into protobuf messages.

use opentelemetry_proto::tonic::common::v1::{
    AnyValue as ProtoValue, ArrayValue, KeyValue as ProtoKeyValue, KeyValueList, any_value::Value,
};
use serde::Deserialize;

use super::fields::{Base64, Double, Number};

#[derive(Deserialize)]
pub(super) struct KeyValue {
    key: Option<String>,
    value: Option<AnyValue>,
}

impl KeyValue {
    fn into_message(self) -> ProtoKeyValue {
        ProtoKeyValue {
            key: self.key.unwrap_or_default(),
            value: self.value.map(AnyValue::into_message),
            ..ProtoKeyValue::default()
        }
    }
}

/// At most one field is set; an empty object is an empty value.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnyValue {
    string_value: Option<String>,
    bool_value: Option<bool>,
    int_value: Option<Number<i64>>,
    double_value: Option<Double>,
    array_value: Option<Values<AnyValue>>,
    kvlist_value: Option<Values<KeyValue>>,
    bytes_value: Option<Base64>,
}

#[derive(Deserialize)]
struct Values<T> {
    values: Option<Vec<T>>,
}

impl AnyValue {
    fn into_message(self) -> ProtoValue {
        let value = (self.string_value.map(Value::StringValue))
            .or(self.bool_value.map(Value::BoolValue))
            .or(self.int_value.map(|int| Value::IntValue(int.0)))
            .or(self.double_value.map(|double| Value::DoubleValue(double.0)))
            .or(self.array_value.map(array))
            .or(self.kvlist_value.map(key_value_list))
            .or(self.bytes_value.map(|bytes| Value::BytesValue(bytes.0)));
        ProtoValue { value }
    }
}

fn array(array: Values<AnyValue>) -> Value {
    let values = list(array.values, AnyValue::into_message);
    Value::ArrayValue(ArrayValue { values })
}

fn key_value_list(list: Values<KeyValue>) -> Value {
    let values = key_values(list.values);
    Value::KvlistValue(KeyValueList { values })
}

pub(super) fn key_values(pairs: Option<Vec<KeyValue>>) -> Vec<ProtoKeyValue> {
    list(pairs, KeyValue::into_message)
}

pub(super) fn list<T, M>(items: Option<Vec<T>>, into_message: fn(T) -> M) -> Vec<M> {
    items
        .unwrap_or_default()
        .into_iter()
        .map(into_message)
        .collect()
}
