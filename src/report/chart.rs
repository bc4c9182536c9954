//! Charts as inline SVG: drawn in the colours of the page, described for those who do not see them.

use std::fmt::Write as _;

use super::markup::escape;
use super::words::Lang;

/// Size of the drawing and of the room around the plot, in SVG units (pixels on a phone).
const WIDTH: f64 = 340.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 54.0;
const BOTTOM: f64 = 42.0;
const TOP: f64 = 10.0;
const RIGHT: f64 = 12.0;

/// What a chart says apart from its data.
pub struct Chart<'a> {
    /// Unique in the page; letters, digits and hyphens.
    pub id: String,
    /// Its name.
    pub title: &'a str,
    /// What is to be seen, in a sentence.
    pub description: &'a str,
    /// What the horizontal axis counts.
    pub x: &'a str,
    /// What the vertical axis counts.
    pub y: &'a str,
    /// The share at the end of the vertical axis, above 0 up to 1.
    pub top: f64,
    /// For the numbers at the axes.
    pub lang: Lang,
}

/// What is drawn. Points lie in `0..=1` on the horizontal axis, `0..=top` on the vertical one.
pub enum Mark {
    /// A line, `solid` or `dashed` by its class.
    Line(&'static str, Vec<(f64, f64)>),
    /// Bars as `(from, to, height)`.
    Bars(&'static str, Vec<(f64, f64, f64)>),
    /// Points with an interval as `(x, y, low, high)`.
    Points(Vec<(f64, f64, f64, f64)>),
    /// One point that is looked for.
    Here(f64, f64),
    /// A vertical line.
    Upright(f64),
}

impl Chart<'_> {
    /// The drawing with its legend (class and name of each mark) below.
    pub fn draw(&self, marks: &[Mark], legend: &[(&str, &str)]) -> String {
        let mut out = format!(
            "<figure><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"{0}-t {0}-d\">\
             <title id=\"{0}-t\">{1}</title><desc id=\"{0}-d\">{2}</desc>\n",
            self.id,
            escape(self.title),
            escape(self.description)
        );
        self.axes(&mut out);
        marks.iter().for_each(|mark| self.mark(mark, &mut out));
        out.push_str("</svg>\n<figcaption>");
        for (class, name) in legend {
            let _ = write!(
                out,
                "<span><i class=\"key {class}\" aria-hidden=\"true\"></i>{}</span> ",
                escape(name)
            );
        }
        out.push_str("</figcaption></figure>\n");
        out
    }

    fn x(&self, x: f64) -> f64 {
        LEFT + x * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, y: f64) -> f64 {
        HEIGHT - BOTTOM - y / self.top * (HEIGHT - BOTTOM - TOP)
    }

    fn axes(&self, out: &mut String) {
        for step in 0..=4 {
            let at = f64::from(step) / 4.0;
            let (x, y) = (self.x(at), self.y(at * self.top));
            let (left, right, low, high) = (self.x(0.0), self.x(1.0), self.y(0.0), self.y(self.top));
            let height = self.lang.percent(at * self.top, 0);
            // Writing to a String cannot fail.
            let _ = writeln!(
                out,
                "<path class=\"grid\" d=\"M{left:.1} {y:.1}H{right:.1}M{x:.1} {low:.1}V{high:.1}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" class=\"e\">{height}</text>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" class=\"m\">{}</text>",
                left - 5.0,
                y + 4.0,
                low + 16.0,
                self.lang.number(at, 2),
            );
        }
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" class=\"m\">{}</text>\
             <text transform=\"translate(11 {:.1}) rotate(-90)\" class=\"m\">{}</text>",
            self.x(0.5),
            HEIGHT - 6.0,
            escape(self.x),
            self.y(self.top / 2.0),
            escape(self.y)
        );
    }

    fn mark(&self, mark: &Mark, out: &mut String) {
        let _ = match mark {
            Mark::Line(class, points) => {
                let path: Vec<String> =
                    points.iter().map(|&(x, y)| format!("{:.1},{:.1}", self.x(x), self.y(y))).collect();
                writeln!(out, "<polyline class=\"{class}\" points=\"{}\"/>", path.join(" "))
            }
            Mark::Bars(class, bars) => bars.iter().try_for_each(|&(from, to, height)| {
                let (x, width) = (self.x(from), self.x(to) - self.x(from));
                let (y, tall) = (self.y(height), self.y(0.0) - self.y(height));
                writeln!(
                    out,
                    "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{tall:.1}\"/>"
                )
            }),
            Mark::Points(points) => points.iter().try_for_each(|&(x, y, low, high)| {
                let (x, y, low, high) = (self.x(x), self.y(y), self.y(low), self.y(high));
                writeln!(
                    out,
                    "<path class=\"whisker\" d=\"M{x:.1} {low:.1}V{high:.1}\"/>\
                     <circle class=\"point\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>"
                )
            }),
            Mark::Here(x, y) => writeln!(
                out,
                "<circle class=\"here\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\"/>",
                self.x(*x),
                self.y(*y)
            ),
            Mark::Upright(x) => writeln!(
                out,
                "<path class=\"dashed\" d=\"M{:.1} {:.1}V{:.1}\"/>",
                self.x(*x),
                self.y(0.0),
                self.y(self.top)
            ),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_named_described_and_drawn_inside_its_box() {
        let chart = Chart {
            id: "c".to_owned(),
            title: "a < b",
            description: "rises",
            x: "x",
            y: "y",
            top: 1.0,
            lang: Lang::En,
        };
        let svg = chart.draw(&[Mark::Line("solid", vec![(0.0, 0.0), (1.0, 1.0)])], &[("solid", "rows")]);
        assert!(svg.contains("<title id=\"c-t\">a &lt; b</title><desc id=\"c-d\">rises</desc>"), "{svg}");
        assert!(svg.contains("points=\"54.0,218.0 328.0,10.0\""), "{svg}");
        assert!(svg.contains("rows</span>"));
    }
}
