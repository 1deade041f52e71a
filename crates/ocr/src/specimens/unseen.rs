//! Sets that nobody has looked at: other texts, faces, sizes, colours and angles for each seed.

use image::Rgb;

use super::draw::{Content, Look};
use super::{Class, Fonts};

/// Splitmix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    fn pick(&mut self, of: &'static str) -> &'static str {
        let words = || of.split_whitespace();
        let at = self.below(words().count());
        words().nth(at).unwrap_or_default()
    }
}

const ENGLISH: &str = "about above access across after again against agreed alarm almost along also \
    always ambient answer antenna any area around asked away baseband battery became because before \
    began behind being between bill black board both bought branch breaker bridge brought building \
    burnt cabinet cable called came cannot careful carried change charge check city clear climbed \
    close cold company complete connector could country cover crew current customer damage dark day \
    delay delivery different distance doctor door dozen during early earth east either eleven empty \
    engineer enough evening every example failed family fan few fibre field filter finally first \
    floor follow found frequency from front fuse garden gave general ground guard half handle having \
    heavy height help high house hundred idle important inside install instead invoice item kept key \
    knew ladder large last late lamp leave left length less level light little local long loose lost \
    machine made manager many market mast material matter meter middle might minute missing model \
    module money month more morning mount much narrow near never next night noise north nothing now \
    number office often old once only open order other outside own packet page paid panel part \
    perhaps person phone picture piece place please point port power present price problem question \
    quick quite radio rain rather ready reason receiver rectifier remote repair replace report \
    request result return river road room rope round safety said same saw school second seen sent \
    serial service seven several shelf short should signal simple since site slowly small someone \
    south spare stairs start station still stone street sudden supply switch system table taken team \
    technician temperature test their thing third though tower traffic transmitter travel trouble \
    turned twelve twenty under unit until usual value vehicle very visit voltage waited wall warm \
    warning water weather week weight west what wheel where which while white whole window wire \
    within without work would written yard year yellow yesterday young";
const NAMES: &str = "Anna Bauer Carlos Chen Dietrich Evans Fatima Fischer Garcia Hassan Ivanov Jansen \
    Khan Kowalski Larsen Liu Martin Miller Nguyen Okafor Olsen Patel Quinn Rossi Sato Schmidt Silva \
    Tanaka Underwood Vogel Wang Weber Xu Young Zhang Zimmermann";
const CHINESE: &str = "设备 天线 电源 机房 铁塔 光纤 链路 交换机 路由器 控制器 故障 告警 恢复 中断 检查 更换 安装 \
    调整 测试 完成 开始 结束 今天 昨天 明天 上午 下午 晚上 凌晨 北京 上海 广州 深圳 成都 武汉 南京 西安 客户 用户 工程师 \
    技术员 值班 人员 负责 联系 电话 地址 街道 大厦 小区 村庄 河边 山顶 道路 桥梁 温度 湿度 电压 电流 功率 信号 频率 带宽 \
    速率 覆盖 干扰 质量 容量 需要 已经 正在 可能 必须 立即 尽快 及时 暂时 长期 重新 发现 报告 记录 分析 处理 维修 保养 \
    清洁 运输 仓库 备件 数量 价格 金额 合同 发票 收据 付款 申请 审批 通过 拒绝 原因 结果 问题 方案 计划 时间 日期 编号 \
    型号 版本 软件 硬件 参数 配置 备份 升级 下载 网络 数据 安全 门锁 钥匙 空调 风扇 蓄电池 发电机 变压器 保险丝 电缆 接头 \
    灰尘 雨水 雷击 台风 地震 火灾 烟雾 老鼠 鸟巢 施工 挖断 被盗 损坏 松动 老化 过热 漏水 短路 接地 左侧 右侧 顶部 底部 \
    第一 第二 三号 四楼 五层 六月 七日 八点 九成 十分";
const CODES: &str = "RRU BBU VSWR LTE NR MIMO GPS SFP UPS DC AC eNodeB gNodeB RSRP SINR IPsec VLAN MTU \
    S1 X2 N3 n41 n78 B20 QAM dBm MHz kW";

/// What specimen number `variant` of `class` says in the set of `seed`, and how it looks.
pub(super) fn specimen(
    fonts: &[Fonts],
    class: Class,
    seed: u64,
    variant: u32,
) -> Option<(Content, Look<'_>)> {
    let mut random = Random(seed);
    // The numbers of one specimen must not run on in those of the next.
    let own = random.next() ^ (class as u64 + 1) << 32 ^ u64::from(variant);
    let mut random = Random(own);
    random.next();
    let fonts = fonts.get(random.below(fonts.len()))?;
    let size = random.between(20.0, 40.0).round();
    let count = 6 + random.below(12);
    let is_even = variant.is_multiple_of(2);
    let either = |random: &mut Random| page(random, if is_even { latin } else { chinese }, count);
    let (content, size) = match class {
        Class::Latin => (page(&mut random, latin, count), size),
        Class::Chinese => (page(&mut random, chinese, count), size),
        Class::Mixed => (page(&mut random, mixed, count), size),
        Class::Small => {
            let line = [latin, chinese, mixed][variant as usize % 3];
            (page(&mut random, line, count), random.between(11.0, 15.0).round())
        }
        Class::Rotated | Class::UpsideDown | Class::Skewed | Class::Noisy => {
            (either(&mut random), size)
        }
        Class::Columns => (columns(&mut random), random.between(18.0, 28.0).round()),
        Class::Dark => {
            let line = [latin, chinese, mixed][variant as usize % 3];
            (page(&mut random, line, count), random.between(16.0, 28.0).round())
        }
        Class::Receipt => (receipt(&mut random), random.between(18.0, 30.0).round()),
    };
    let dark = Rgb([0u8; 3].map(|_| random.below(60) as u8));
    let light = Rgb([0u8; 3].map(|_| 225 + random.below(31) as u8));
    let (fore, ground) = match class {
        Class::Dark => (light, dark),
        Class::Latin
        | Class::Chinese
        | Class::Mixed
        | Class::Small
        | Class::Rotated
        | Class::UpsideDown
        | Class::Skewed
        | Class::Noisy
        | Class::Columns
        | Class::Receipt => (dark, light),
    };
    let angle = random.between(2.0, 9.0);
    let look = Look {
        fonts,
        size,
        leading: random.between(1.35, 1.9),
        fore,
        ground,
        angle: if random.below(2) == 0 { angle } else { -angle },
        quarter_turns: if random.below(2) == 0 { 1 } else { 3 },
        seed: random.below(1 << 30) as u32 + 1,
        grain: random.between(15.0, 40.0),
    };
    Some((content, look))
}

fn page(random: &mut Random, line: fn(&mut Random) -> String, count: usize) -> Content {
    Content::Page((0..count).map(|_| line(random)).collect())
}

fn sentence(random: &mut Random, words: usize) -> String {
    let words: Vec<&str> = (0..words).map(|_| random.pick(ENGLISH)).collect();
    let mut text = words.join(" ");
    if let Some(first) = text.get(..1).map(str::to_ascii_uppercase) {
        text.replace_range(..1, &first);
    }
    text
}

fn fact(random: &mut Random) -> String {
    let (a, b, c) = (random.below(10_000), random.below(100), random.below(60));
    match random.below(8) {
        0 => format!("{}-{a:04}", random.pick("SH GZ BJ HH MUC LON")),
        1 => format!("{:02}:{c:02}", b % 24),
        2 => format!("{b}.{} {}", a % 10, random.pick("V kW MHz dBm GB")),
        3 => format!("20{:02}-{:02}-{:02}", 20 + b % 10, 1 + a % 12, 1 + c % 28),
        4 => format!("+49 {} {}", 30 + b, 100_000 + a * 7),
        5 => format!("192.168.{b}.{c}"),
        6 => format!("{}@example.org", random.pick(NAMES).to_lowercase()),
        _ => format!("#{a}"),
    }
}

fn latin(random: &mut Random) -> String {
    let words = 3 + random.below(5);
    match random.below(5) {
        0 => format!("{}, {}", sentence(random, words), fact(random)),
        1 => format!("{}: {}", sentence(random, 2), fact(random)),
        2 => {
            let (name, code) = (random.pick(NAMES), random.pick(CODES));
            format!("{name}: {} {code}.", sentence(random, words - 1))
        }
        3 => format!("{} ({})", sentence(random, words), random.pick(CODES)),
        _ => format!("{}.", sentence(random, words + 1)),
    }
}

fn chinese(random: &mut Random) -> String {
    let count = 3 + random.below(5);
    let text: String = (0..count).map(|_| random.pick(CHINESE)).collect();
    match random.below(4) {
        0 => format!("{text}，{}。", random.pick(CHINESE)),
        1 => format!("{text}。"),
        _ => text,
    }
}

fn mixed(random: &mut Random) -> String {
    let (one, two) = (random.pick(CHINESE), random.pick(CHINESE));
    match random.below(4) {
        0 => format!("{one}{two} {} {}", random.pick(CODES), random.pick(CHINESE)),
        1 => format!("{one} {} {two}", fact(random)),
        2 => format!("{one}{two} {} {}", random.pick(ENGLISH), fact(random)),
        _ => format!("{} {} {one}{two}", random.pick(CODES), fact(random)),
    }
}

fn columns(random: &mut Random) -> Content {
    let count = 5 + random.below(8);
    let mut line = |from: usize| {
        let mut text = random.pick(ENGLISH).to_owned();
        let width = from + random.below(6);
        while text.len() < width {
            text.push(' ');
            text.push_str(random.pick(ENGLISH));
        }
        text
    };
    let rows = (0..count).map(|_| (line(24), line(24))).collect();
    let heading = sentence(random, 6);
    Content::Columns { heading, rows, shift: random.between(0.0, 0.7) }
}

fn receipt(random: &mut Random) -> Content {
    let rows = (0..5 + random.below(9))
        .map(|_| {
            let item = match random.below(3) {
                0 => format!("{}{}", random.pick(CHINESE), random.pick(CHINESE)),
                1 => format!("{} {}", sentence(random, 2), random.pick(CODES)),
                _ => sentence(random, 2),
            };
            (item, format!("{}.{:02}", random.below(2_000), random.below(100)))
        })
        .collect();
    Content::Receipt { title: format!("RECEIPT {}", fact(random)), rows }
}
