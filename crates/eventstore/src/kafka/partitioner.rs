//! Which partition a stream falls to: Kafka's own partitioning by key, so that whoever writes or looks for a stream
//! with another client finds it in the same place.

use uuid::Uuid;

/// The partition of a stream among `partitions`, which must be positive: murmur2 of the id's text, as the Java
/// client's default partitioner computes it.
pub fn partition_of(stream_id: Uuid, partitions: i32) -> i32 {
    let mut text = Uuid::encode_buffer();
    let key = stream_id.hyphenated().encode_lower(&mut text);
    (murmur2(key.as_bytes()) & i32::MAX) % partitions.max(1)
}

/// MurmurHash2, 32 bits, with the seed of Kafka (`org.apache.kafka.common.utils.Utils.murmur2`).
fn murmur2(data: &[u8]) -> i32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    // Keys are far below 4 GiB.
    let mut hash = SEED ^ (data.len() as u32);
    let mut words = data.chunks_exact(4);
    for word in words.by_ref() {
        let mut k = word.iter().rev().fold(0, |k, byte| (k << 8) | u32::from(*byte));
        k = k.wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        hash ^= rest.iter().rev().fold(0, |k, byte| (k << 8) | u32::from(*byte));
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    (hash ^ (hash >> 15)).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    // The vectors of Kafka's own tests.
    #[test]
    fn the_hash_is_that_of_kafka() {
        for (key, hash) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(key.as_bytes()), hash, "{key}");
        }
    }

    #[test]
    fn every_partition_is_used_and_none_beyond() {
        let mut streams = [0; 12];
        for id in 0..12_000 {
            let partition = partition_of(Uuid::from_u128(id), 12);
            streams[usize::try_from(partition).unwrap()] += 1;
        }
        assert!(streams.iter().all(|n| (850..1150).contains(n)), "{streams:?}");
    }
}
