//! Draws the pictures of the demo's tickets: what field engineers photograph at 5G sites, in Chinese and English.
//!
//! ```text
//! cargo run -p ocr --features specimens --example demo_pictures -- examples/ticket-types/pictures
//! ```
//!
//! Needs Debian's `fonts-noto-core` and `fonts-noto-cjk`. The same fonts draw the same bytes.

use std::error::Error;
use std::path::{Path, PathBuf};

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::rotate180;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};

const WHITE: Rgb<u8> = Rgb([246, 246, 242]);
const INK: Rgb<u8> = Rgb([28, 30, 34]);
const NIGHT: Rgb<u8> = Rgb([18, 22, 28]);
const LIGHT: Rgb<u8> = Rgb([214, 222, 230]);
const RED: Rgb<u8> = Rgb([236, 88, 80]);
const AMBER: Rgb<u8> = Rgb([240, 180, 60]);
const GREEN: Rgb<u8> = Rgb([96, 200, 128]);
const BLUE: Rgb<u8> = Rgb([24, 84, 160]);
const YELLOW: Rgb<u8> = Rgb([250, 204, 20]);

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("name a folder")?;
    let fonts = Fonts::load()?;
    std::fs::create_dir_all(&folder)?;
    let pictures = [
        ("alarm-console", alarm_console(&fonts)),
        ("site-plate", site_plate(&fonts)),
        ("power-display", power_display(&fonts)),
        ("drive-test", drive_test(&fonts)),
        ("router-terminal", router_terminal(&fonts)),
        ("work-order", work_order(&fonts)),
        // As a camera held the wrong way gives it.
        ("fibre-label", rotate180(&fibre_label(&fonts))),
    ];
    for (name, picture) in pictures {
        save(&picture, &folder.join(format!("{name}.png")))?;
    }
    Ok(())
}

/// The alarms of a site in the network's management, dark, both languages in a row.
fn alarm_console(fonts: &Fonts) -> RgbImage {
    let mut page = Page::new(fonts, 1180, 420, NIGHT);
    page.bar(0, 56, Rgb([34, 42, 54]));
    page.text("Active alarms 当前告警", 26.0, LIGHT, (28, 12));
    page.text("2026-11-18 06:42:10", 22.0, LIGHT, (900, 16));
    let rows = [
        (RED, "ALM-2107", "小区退服 Cell out of service", "LJ-0832 n78"),
        (RED, "ALM-2502", "市电输入中断 Mains failure", "LJ-0832 PWR"),
        (AMBER, "ALM-2517", "蓄电池电压低 Battery low", "LJ-0832 PWR"),
        (AMBER, "ALM-3310", "驻波比过高 VSWR over threshold", "LJ-0832 AAU3"),
        (GREEN, "ALM-1004", "时钟恢复 Clock recovered", "LJ-0832 BBU"),
    ];
    for (index, (colour, code, words, place)) in rows.into_iter().enumerate() {
        let top = 84 + 62 * index as u32;
        page.block((28, top + 6), (14, 22), colour);
        page.text(code, 24.0, LIGHT, (60, top));
        page.text(words, 24.0, LIGHT, (220, top));
        page.text(place, 24.0, LIGHT, (880, top));
    }
    page.pixels
}

/// The plate on the fence of a site.
fn site_plate(fonts: &Fonts) -> RgbImage {
    let mut page = Page::new(fonts, 760, 470, YELLOW);
    page.block((20, 20), (720, 430), INK);
    page.block((28, 28), (704, 414), YELLOW);
    page.text("移动通信基站", 64.0, INK, (60, 52));
    page.text("站号 LJ-0832", 48.0, INK, (60, 152));
    page.text("高压危险 禁止攀登", 48.0, RED, (60, 234));
    page.text("High voltage. Do not climb.", 34.0, INK, (60, 318));
    page.text("报修电话 400-880-5566", 34.0, INK, (60, 372));
    page.pixels
}

/// The display of a rectifier.
fn power_display(fonts: &Fonts) -> RgbImage {
    let mut page = Page::new(fonts, 640, 400, BLUE);
    page.text("开关电源监控", 34.0, WHITE, (36, 24));
    let rows = [
        ("直流电压 DC", "45.8 V"),
        ("负载电流 Load", "32.6 A"),
        ("蓄电池 Battery", "放电 41 %"),
        ("市电 Mains", "停电"),
        ("温度 Temp", "38.5 C"),
    ];
    for (index, (name, value)) in rows.into_iter().enumerate() {
        let top = 92 + 56 * index as u32;
        page.text(name, 30.0, WHITE, (36, top));
        page.text(value, 30.0, WHITE, (400, top));
    }
    page.pixels
}

/// A table out of a drive test.
fn drive_test(fonts: &Fonts) -> RgbImage {
    let mut page = Page::new(fonts, 860, 430, WHITE);
    page.text("Drive test LJ-0832 sector 2", 30.0, INK, (30, 20));
    let rows = [
        ["Point", "PCI", "RSRP dBm", "SINR dB"],
        ["P1", "417", "-84.5", "17.2"],
        ["P2", "417", "-97.0", "9.8"],
        ["P3", "418", "-112.5", "-1.4"],
        ["P4", "418", "-118.0", "-4.6"],
        ["P5", "602", "-121.5", "-6.9"],
    ];
    for (index, row) in rows.into_iter().enumerate() {
        let top = 82 + 54 * index as u32;
        for (cell, left) in row.into_iter().zip([30, 210, 380, 640]) {
            page.text(cell, 26.0, INK, (left, top));
        }
        page.bar(top + 42, 2, Rgb([198, 198, 192]));
    }
    page.pixels
}

/// A router's last words.
fn router_terminal(fonts: &Fonts) -> RgbImage {
    let mut page = Page::new(fonts, 1020, 380, Rgb([10, 10, 10]));
    let lines = [
        "agg-router-07> show log last 6",
        "06:41:52 BGP neighbor 10.20.8.1 Down",
        "06:41:53 PTP clock holdover entered",
        "06:41:58 Interface xe-0/1/3 link lost",
        "06:42:03 gNB LJ-0832 S1 association lost",
        "06:42:07 ERR_SYNC_LOST slot 4 restarting",
        "06:42:31 watchdog reset reason 0x1F",
    ];
    for (index, line) in lines.into_iter().enumerate() {
        page.text(line, 26.0, GREEN, (24, 20 + 48 * index as u32));
    }
    page.pixels
}

/// A slip on paper, a little grey.
fn work_order(fonts: &Fonts) -> RgbImage {
    let mut page = Page::new(fonts, 720, 560, Rgb([232, 230, 222]));
    page.text("抢修工单 Work order", 36.0, INK, (40, 28));
    let rows = [
        "工单编号 WO-20261118-047",
        "站点 临江区 LJ-0832",
        "故障 AAU 光模块损坏",
        "Part SFP28-25G-LR x 2",
        "处理 更换光模块并清洁光纤",
        "Arrived 07:55 Left 10:20",
        "签字 王磊",
    ];
    for (index, row) in rows.into_iter().enumerate() {
        let top = 110 + 60 * index as u32;
        page.text(row, 28.0, INK, (40, top));
        page.bar(top + 44, 1, Rgb([150, 150, 144]));
    }
    page.pixels
}

/// The label of a fibre.
fn fibre_label(fonts: &Fonts) -> RgbImage {
    let mut page = Page::new(fonts, 700, 260, WHITE);
    page.block((12, 12), (676, 4), INK);
    page.block((12, 244), (676, 4), INK);
    page.text("FIBRE F-2291 BBU to AAU2", 36.0, INK, (40, 40));
    page.text("光缆 F-2291 临江机房", 36.0, INK, (40, 104));
    page.text("Loss 0.42 dB 2026-10-30", 36.0, INK, (40, 168));
    page.pixels
}

struct Fonts {
    latin: FontVec,
    chinese: FontVec,
}

impl Fonts {
    fn load() -> Result<Self, Box<dyn Error>> {
        let latin = std::fs::read("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf")?;
        let chinese = std::fs::read("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")?;
        // The third face of the collection has the simplified forms.
        let chinese = FontVec::try_from_vec_and_index(chinese, 2)?;
        Ok(Self { latin: FontVec::try_from_vec(latin)?, chinese })
    }

    fn of(&self, character: char) -> &FontVec {
        if self.latin.glyph_id(character).0 == 0 { &self.chinese } else { &self.latin }
    }
}

struct Page<'a> {
    fonts: &'a Fonts,
    pixels: RgbImage,
}

impl<'a> Page<'a> {
    fn new(fonts: &'a Fonts, width: u32, height: u32, ground: Rgb<u8>) -> Self {
        Self { fonts, pixels: RgbImage::from_pixel(width, height, ground) }
    }

    fn bar(&mut self, top: u32, height: u32, colour: Rgb<u8>) {
        self.block((0, top), (self.pixels.width(), height), colour);
    }

    fn block(&mut self, (left, top): (u32, u32), (width, height): (u32, u32), colour: Rgb<u8>) {
        for y in top..(top + height).min(self.pixels.height()) {
            for x in left..(left + width).min(self.pixels.width()) {
                self.pixels.put_pixel(x, y, colour);
            }
        }
    }

    fn text(&mut self, text: &str, size: f32, colour: Rgb<u8>, (left, top): (u32, u32)) {
        let scale = PxScale::from(size * 1.25);
        let mut x = left as f32;
        for character in text.chars() {
            let font = self.fonts.of(character);
            let scaled = font.as_scaled(scale);
            let place = point(x, top as f32 + size);
            let glyph = scaled.glyph_id(character).with_scale_and_position(scale, place);
            x += scaled.h_advance(glyph.id);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let bounds = outline.px_bounds();
            outline.draw(|dx, dy, cover| {
                let (x, y) = (bounds.min.x + dx as f32, bounds.min.y + dy as f32);
                let inside = x >= 0.0
                    && y >= 0.0
                    && x < self.pixels.width() as f32
                    && y < self.pixels.height() as f32;
                if inside {
                    let pixel = self.pixels.get_pixel_mut(x as u32, y as u32);
                    blend(pixel, colour, cover);
                }
            });
        }
    }
}

fn blend(pixel: &mut Rgb<u8>, colour: Rgb<u8>, cover: f32) {
    for (channel, wanted) in pixel.0.iter_mut().zip(colour.0) {
        let (from, to) = (f32::from(*channel), f32::from(wanted));
        *channel = (from + (to - from) * cover.clamp(0.0, 1.0)).round() as u8;
    }
}

fn save(picture: &RgbImage, path: &Path) -> Result<(), Box<dyn Error>> {
    let file = std::fs::File::create(path)?;
    let encoder = PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::Adaptive);
    let (width, height) = picture.dimensions();
    encoder.write_image(picture, width, height, ExtendedColorType::Rgb8)?;
    println!("{}", path.display());
    Ok(())
}
