//! Encodings and byte-order marks.

use super::{counts, import, tagged};
use crate::support::{shared_desk, unique};

const GB18030: &[u8] =
    b"\xc8\xfd\xba\xc5\xc2\xa5\xb5\xc4\xbb\xf9\xd5\xbe\xb9\xca\xd5\xcf\xc3\xbb\xd3\xd0\
    \xd0\xc5\xba\xc5\xc7\xeb\xbe\xa1\xbf\xec\xc5\xc9\xc8\xcb\xc0\xb4\xd0\xde\xc0\xed\
    \xd0\xbb\xd0\xbb";

#[tokio::test]
async fn chinese_arrives_in_every_encoding() {
    let desk = shared_desk().await;
    let client = desk.as_handler().await;
    let subject = "三号楼的基站故障没有信号请尽快派人来修理谢谢";
    let file = |tag: &str| format!("subject,tags\n{subject},{tag}\n");
    let utf16 = |text: &str, to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(to_bytes).collect()
    };
    // The same subject as above in GB 18030, which is what spreadsheets in China write.
    let gb18030 = |tag: &str| [b"subject,tags\n", GB18030, format!(",{tag}\n").as_bytes()].concat();
    let tags: Vec<String> = (0..5).map(|_| unique("encoding")).collect();
    let files = [
        file(&tags[0]).into_bytes(),
        [b"\xef\xbb\xbf".to_vec(), file(&tags[1]).into_bytes()].concat(),
        utf16(&file(&tags[2]), u16::to_le_bytes),
        utf16(&file(&tags[3]), u16::to_be_bytes),
        gb18030(&tags[4]),
    ];
    for (tag, file) in tags.iter().zip(files) {
        let answer = import(&client, "csv", file).await;
        assert_eq!(counts(&answer), (1, 1, 0), "{}", answer.text());
        assert_eq!(tagged(&client, tag).await[0]["subject"], subject);
    }
}
