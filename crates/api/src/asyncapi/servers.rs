//! The broker, and the ways to be let in.

use serde_json::{Map, Value, json};

/// One entry for each of Kafka's security protocols, by the name that `kafka.security_protocol` has for it. Which
/// brokers there are, and which protocol they speak, is for whoever runs Docket to say.
pub(super) fn servers() -> Map<String, Value> {
    let sasl = ["plain", "scram_sha_256", "scram_sha_512"];
    let all = [
        ("plaintext", "kafka", "9092", "Neither encrypted nor asked who you are.", &[][..]),
        ("sasl_plaintext", "kafka", "9092", "Not encrypted; with name and password.", &sasl[..]),
        ("ssl", "kafka-secure", "9093", "TLS, with a certificate if asked for.", &["x509"][..]),
        ("sasl_ssl", "kafka-secure", "9093", "TLS, with name and password.", &sasl[..]),
    ];
    all.into_iter()
        .map(|(name, protocol, port, description, schemes)| {
            let mut server = json!({
                "host": "{broker}:{port}",
                "protocol": protocol,
                "description": description,
                "variables": {
                    "broker": { "default": "localhost", "description": "One of the brokers (`kafka.brokers`)." },
                    "port": { "default": port },
                },
                "bindings": { "kafka": { "bindingVersion": "0.5.0" } },
            });
            if !schemes.is_empty() {
                let named = schemes.iter().map(|name| super::reference("securitySchemes", name));
                server["security"] = named.collect();
            }
            (name.to_owned(), server)
        })
        .collect()
}

/// The schemes that [`servers`] refer to.
pub(super) fn security_schemes() -> Value {
    json!({
        "plain": { "type": "plain", "description": "SASL PLAIN; only over TLS." },
        "scram_sha_256": { "type": "scramSha256", "description": "SASL SCRAM-SHA-256." },
        "scram_sha_512": { "type": "scramSha512", "description": "SASL SCRAM-SHA-512." },
        "x509": { "type": "X509", "description": "A client's certificate." },
    })
}
