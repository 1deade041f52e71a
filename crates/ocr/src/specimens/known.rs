//! The set that the engines were set up with: few texts, one face, always the same.

use image::Rgb;

use super::draw::{Content, Look};
use super::{Class, Fonts};

const LATIN: [&str; 10] = [
    "Site BJ-0427 reports a loss of power",
    "Cell 3 has been down since 08:15 today",
    "Alarm code 29243, severity critical",
    "Battery voltage 46.8 V and falling",
    "The door was found open by the guard",
    "Replace the rectifier module in slot 2",
    "Transmission link to hub is stable",
    "Technician expected before 11:30",
    "Please confirm by phone +49 30 1234567",
    "Contact: field-ops@example.com",
];
const CHINESE: [&str; 10] = [
    "北京朝阳区基站发生断电故障",
    "三号小区今天早上八点退服",
    "告警级别为严重请立即处理",
    "蓄电池电压持续下降",
    "机房门被发现处于打开状态",
    "请更换二号槽位的整流模块",
    "到汇聚节点的传输链路正常",
    "维护人员预计中午之前到达",
    "处理完成后请电话确认",
    "联系人张伟现场维护班组",
];
const MIXED: [&str; 8] = [
    "站点 BJ-0427 断电",
    "小区 Cell 3 于 08:15 退服",
    "告警代码 29243 级别 Critical",
    "电池电压 46.8 V 持续下降",
    "更换 slot 2 整流模块 rectifier",
    "5G NR 频段 n78 中心频率 3500 MHz",
    "传输链路 link to hub 正常",
    "联系 ops@example.com 确认",
];
const COLUMNS: [(&str, &str); 6] = [
    ("The first column tells how the", "The second column goes on with"),
    ("fault was found by the guard", "the work that was done on site"),
    ("who came by in the morning and", "until noon, when the rectifier"),
    ("saw that the door of the cabin", "had been replaced and the cell"),
    ("stood open and that the lamps", "came back without any alarms"),
    ("of the power supply were dark", "and the ticket could be closed"),
];
const RECEIPT: [(&str, &str); 8] = [
    ("Cable tie 200mm", "3.20"),
    ("Fuse 10A", "12.50"),
    ("整流模块", "480.00"),
    ("Battery 12V 100Ah", "899.00"),
    ("防水胶带", "15.80"),
    ("Labour 2h", "160.00"),
    ("Subtotal", "1570.50"),
    ("Total CNY", "1570.50"),
];

/// What specimen number `variant` of `class` says, and how it looks.
pub(super) fn specimen(fonts: &Fonts, class: Class, variant: u32) -> (Content, Look<'_>) {
    let size = 26.0 + 4.0 * (variant % 3) as f32;
    let from = variant as usize;
    let is_even = variant.is_multiple_of(2);
    let turn = |lines: &[&str]| {
        Content::Page(
            (0..lines.len()).map(|i| lines[(i + from) % lines.len()].to_owned()).collect(),
        )
    };
    let either = || turn(if is_even { &LATIN[..] } else { &CHINESE[..] });
    let (content, size) = match class {
        Class::Latin => (turn(&LATIN), size),
        Class::Chinese => (turn(&CHINESE), size),
        Class::Mixed => (turn(&MIXED), size),
        Class::Small => {
            let size = 12.0 + (variant % 3) as f32;
            (turn(if is_even { &LATIN[..] } else { &MIXED[..] }), size)
        }
        Class::Rotated | Class::UpsideDown | Class::Skewed | Class::Noisy => (either(), size),
        Class::Columns => {
            let own = |(one, two): (&str, &str)| (one.to_owned(), two.to_owned());
            let heading = "Report of the visit to site BJ-0427 on Monday".to_owned();
            // In half of the specimens the columns do not stand on the same lines.
            let shift = if is_even { 0.0 } else { 0.5 };
            let rows = COLUMNS.into_iter().map(own).collect();
            (Content::Columns { heading, rows, shift }, size - 4.0)
        }
        Class::Dark => (turn(if is_even { &LATIN[..] } else { &MIXED[..] }), size - 8.0),
        Class::Receipt => {
            let own = |(item, price): (&str, &str)| (item.to_owned(), price.to_owned());
            let count = RECEIPT.len();
            let rows = (0..count).map(|i| own(RECEIPT[(i + from) % count])).collect();
            (Content::Receipt { title: "RECEIPT 2026-11-21".to_owned(), rows }, size - 4.0)
        }
    };
    let (fore, ground) = match class {
        Class::Dark => (Rgb([200, 220, 200]), Rgb([24, 26, 30])),
        Class::Receipt => (BLACK, Rgb([248, 246, 240])),
        Class::Latin
        | Class::Chinese
        | Class::Mixed
        | Class::Small
        | Class::Rotated
        | Class::UpsideDown
        | Class::Skewed
        | Class::Noisy
        | Class::Columns => (BLACK, Rgb([255, 255, 255])),
    };
    let look = Look {
        fonts,
        size,
        leading: 1.5,
        fore,
        ground,
        angle: [4.0f32, -6.0, 8.0, -3.0][(variant % 4) as usize],
        quarter_turns: if variant % 4 < 2 { 1 } else { 3 },
        seed: variant,
        grain: 30.0,
    };
    (content, look)
}

const BLACK: Rgb<u8> = Rgb([20, 20, 20]);
