//! A space of few dimensions in which words that occur in the same comments lie near each
//! other, so that a comment can be near its thread without sharing a token with it. It is
//! learned without labels, from the comments of the training tables.
//!
//! It is the span of the leading right singular vectors of the comments (unit length,
//! weighted by squared idf), found by subspace iteration. A token's place is its direction in
//! it, at the distance of its weight, so that no token is far out only because many comments
//! have it; a comment, a title or a thread is the sum of its tokens' places. Those are centred
//! so that the comments a label was judged on sum to nothing: the space may be learned from
//! anything, what tells their threads apart is how they differ from each other. Places are
//! whole numbers, so that taking a comment out of its thread is exact and no order of reading
//! changes a score.

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::bag::{BUCKETS, Bag, Token};

/// Dimensions. 64 gain nothing where few comments are known, and cost twice as much.
pub const DIMENSIONS: usize = 32;
/// Comments it is learned from at most, spread evenly over those there are.
const MOST_COMMENTS: usize = 1 << 15;
/// Rounds of the iteration; from 8 on nothing changes.
const ROUNDS: usize = 10;
/// Comments that one task sums; the result does not depend on the number of threads.
const CHUNK: usize = 4096;

/// Where a token lies, to the whole number.
pub(super) type Place = [i8; DIMENSIONS];
/// The same while it is sought.
type Exact = [f32; DIMENSIONS];

/// A place per token, 1 MiB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subspace(Vec<i8>);

/// A sum of places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position([i64; DIMENSIONS]);

impl Subspace {
    /// Learns from the comments `bags`, whose tokens weigh `weight`, to be used on comments
    /// like those of `centre`.
    pub fn learn(bags: &[&Bag], centre: &[&Bag], weight: impl Fn(Token) -> f32) -> Self {
        let step = bags.len().div_ceil(MOST_COMMENTS).max(1);
        let rows = Rows::new(bags.iter().step_by(step).copied(), &weight);
        let mut basis: Vec<Exact> = (0..rows.seen.len() as u64).map(start).collect();
        orthonormalise(&mut basis);
        for _ in 0..ROUNDS {
            basis = rows.squared_times(&basis);
            orthonormalise(&mut basis);
        }
        Self::centred(&rows, &basis, centre)
    }

    /// From what [`Subspace::table`] gave.
    pub fn from_table(table: &[u8]) -> Option<Self> {
        (table.len() == BUCKETS * DIMENSIONS).then(|| Self(table.iter().map(|&b| b as i8).collect()))
    }

    /// The places of all tokens, [`DIMENSIONS`] bytes each.
    pub fn table(&self) -> Vec<u8> {
        self.0.iter().map(|&v| v as u8).collect()
    }

    /// The place of a token.
    #[inline]
    pub(super) fn place(&self, token: Token) -> &Place {
        let at = usize::from(token) * DIMENSIONS;
        self.0[at..].first_chunk().unwrap_or(&[0; DIMENSIONS])
    }

    /// Where a comment lies.
    pub fn position(&self, comment: &Bag) -> Position {
        // 32,768 tokens of at most 127 have room.
        let mut sum = [0i32; DIMENSIONS];
        for &token in comment.tokens() {
            for (sum, &value) in sum.iter_mut().zip(self.place(token)) {
                *sum += i32::from(value);
            }
        }
        Position(sum.map(i64::from))
    }

    /// `u_t = w_t (v_t / |v_t| − m)`, where `m` makes the sum over all tokens of the comments
    /// `centre` 0, in steps of which 127 reach as far as all but a thousandth.
    fn centred(rows: &Rows, basis: &[Exact], centre: &[&Bag]) -> Self {
        let directions: Vec<Exact> = basis.iter().map(direction).collect();
        let counts = count(centre.iter().copied());
        let weights = || rows.seen.iter().zip(&rows.weights).map(|(&t, w)| w * counts[usize::from(t)] as f32);
        let total: f64 = weights().map(f64::from).sum();
        let mean: Exact = std::array::from_fn(|k| {
            let sum: f64 = weights().zip(&directions).map(|(w, d)| f64::from(w) * f64::from(d[k])).sum();
            (sum / total.max(1e-9)) as f32
        });
        let centred = |(direction, weight): (&Exact, &f32)| -> Exact {
            std::array::from_fn(|k| weight * (direction[k] - mean[k]))
        };
        let places: Vec<Exact> = directions.iter().zip(&rows.weights).map(centred).collect();
        let mut sizes: Vec<f32> = places.iter().flatten().map(|v| v.abs()).collect();
        sizes.sort_unstable_by(f32::total_cmp);
        let reach = sizes.get(sizes.len() * 999 / 1000).copied().unwrap_or(0.0).max(1e-9);
        let mut table = vec![0i8; BUCKETS * DIMENSIONS];
        for (&token, place) in rows.seen.iter().zip(&places) {
            let at = usize::from(token) * DIMENSIONS;
            for (to, value) in table[at..].iter_mut().zip(place) {
                *to = (value / reach * 127.0).round().clamp(-127.0, 127.0) as i8;
            }
        }
        Self(table)
    }
}

impl Position {
    /// Adds the place of a token `times` times.
    #[inline]
    pub(super) fn add(&mut self, place: &Place, times: i64) {
        for (sum, &value) in self.0.iter_mut().zip(place) {
            *sum += times * i64::from(value);
        }
    }

    /// This without `other`.
    pub(super) fn without(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k] - other.0[k]))
    }

    /// What a place has to be multiplied by to give its share of the cosine between this
    /// and `other`; nothing where either lies nowhere.
    pub(super) fn direction_to(&self, other: &Self) -> [f64; DIMENSIONS] {
        let length = |p: &Self| p.0.iter().map(|&v| (v as f64).powi(2)).sum::<f64>().sqrt();
        let lengths = length(self) * length(other);
        std::array::from_fn(|k| if lengths > 0.0 { other.0[k] as f64 / lengths } else { 0.0 })
    }

    /// The sum of the shares.
    pub(super) fn along(&self, direction: &[f64; DIMENSIONS]) -> f64 {
        self.0.iter().zip(direction).map(|(&v, d)| v as f64 * d).sum()
    }
}

/// Comments as sparse rows over the tokens that some of them has.
struct Rows {
    seen: Vec<Token>,
    weights: Vec<f32>,
    /// Per comment its tokens, as positions in `seen`, and one over its length.
    rows: Vec<(Vec<u32>, f32)>,
}

impl Rows {
    fn new<'a>(bags: impl Iterator<Item = &'a Bag> + Clone, weight: &impl Fn(Token) -> f32) -> Self {
        let counts = count(bags.clone());
        let seen: Vec<Token> = (0..BUCKETS).filter(|&t| counts[t] > 0).map(|t| t as Token).collect();
        let mut position = vec![0u32; BUCKETS];
        (0..).zip(&seen).for_each(|(at, &token)| position[usize::from(token)] = at);
        let row = |bag: &Bag| {
            let squares: f32 = bag.tokens().iter().map(|&t| weight(t).powi(2)).sum();
            let tokens = bag.tokens().iter().map(|&t| position[usize::from(t)]).collect();
            (tokens, 1.0 / squares.sqrt().max(1e-9))
        };
        Self { weights: seen.iter().map(|&t| weight(t)).collect(), rows: bags.map(row).collect(), seen }
    }

    /// `Dᵀ D V` for the unit-length rows `D`.
    fn squared_times(&self, basis: &[Exact]) -> Vec<Exact> {
        let chunk = |rows: &[(Vec<u32>, f32)]| {
            let mut sums = vec![Exact::default(); basis.len()];
            for (tokens, scale) in rows {
                let mut row = Exact::default();
                for &t in tokens {
                    add(&mut row, &basis[t as usize], self.weights[t as usize]);
                }
                let scaled = row.map(|v| v * scale * scale);
                for &t in tokens {
                    add(&mut sums[t as usize], &scaled, self.weights[t as usize]);
                }
            }
            sums
        };
        let parts: Vec<Vec<Exact>> = self.rows.par_chunks(CHUNK).map(chunk).collect();
        let mut total = vec![Exact::default(); basis.len()];
        for part in parts {
            total.iter_mut().zip(&part).for_each(|(to, from)| add(to, from, 1.0));
        }
        total
    }
}

/// In how many of the comments each token stands.
fn count<'a>(bags: impl Iterator<Item = &'a Bag>) -> Vec<u32> {
    let mut counts = vec![0; BUCKETS];
    bags.flat_map(Bag::tokens).for_each(|&token| counts[usize::from(token)] += 1);
    counts
}

/// A place at the distance 1; nowhere stays nowhere.
fn direction(place: &Exact) -> Exact {
    let length = place.iter().map(|v| v * v).sum::<f32>().sqrt();
    place.map(|v| if length > 0.0 { v / length } else { 0.0 })
}

#[inline]
fn add(to: &mut Exact, from: &Exact, times: f32) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += from * times;
    }
}

/// Where the iteration starts: signs that are the same everywhere.
fn start(token: u64) -> Exact {
    let signs = xxh3_64_with_seed(&token.to_le_bytes(), 1);
    std::array::from_fn(|k| if signs >> k & 1 == 1 { 1.0 } else { -1.0 })
}

/// Makes the columns orthonormal, one after the other; 0 where one adds nothing to those
/// before it.
fn orthonormalise(basis: &mut [Exact]) {
    let dot = |basis: &[Exact], a: usize, b: usize| -> f64 {
        basis.iter().map(|place| f64::from(place[a]) * f64::from(place[b])).sum()
    };
    for k in 0..DIMENSIONS {
        let before = dot(basis, k, k);
        for j in 0..k {
            let shared = dot(basis, j, k) as f32;
            basis.iter_mut().for_each(|place| place[k] -= shared * place[j]);
        }
        let after = dot(basis, k, k);
        let scale = if after > 1e-8 * before { 1.0 / after.sqrt() } else { 0.0 };
        basis.iter_mut().for_each(|place| place[k] *= scale as f32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Folded;

    fn bags(texts: &[&str]) -> Vec<Bag> {
        texts.iter().map(|text| Bag::new(&Folded::new(text))).collect()
    }

    fn learned(texts: &[&str]) -> Subspace {
        let bags = bags(texts);
        let bags: Vec<&Bag> = bags.iter().collect();
        Subspace::learn(&bags, &bags, |_| 1.0)
    }

    const MATTERS: [[&str; 5]; 2] = [["bo", "lu", "ka", "mi", "te"], ["rö", "xa", "nü", "zi", "pe"]];

    fn word(syllables: &[&str; 5], i: usize) -> String {
        [i % 5, i / 5 % 5, (3 * i + i / 5) % 5].map(|k| syllables[k]).concat()
    }

    /// Comments of three words each, on two matters that share no syllable.
    fn two_matters() -> Vec<String> {
        let comment = |i: usize| {
            let at = |n: usize| word(&MATTERS[i % 2], (i * 7 + n * 11 + i * i % 13) % 25);
            format!("{} {} {}", at(0), at(1), at(2))
        };
        (0..600).map(comment).collect()
    }

    fn cosine(space: &Subspace, a: &str, b: &str) -> f64 {
        let position = |text: &str| space.position(&Bag::new(&Folded::new(text)));
        let (a, b) = (position(a), position(b));
        a.along(&a.direction_to(&b))
    }

    #[test]
    fn words_of_one_matter_are_near_without_a_token_in_common() {
        let texts = two_matters();
        let space = learned(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let tokens = |text: &str| Bag::new(&Folded::new(text));
        let sea = word(&MATTERS[0], 0);
        let apart = |word: &String| tokens(word).tokens().iter().all(|&t| !tokens(&sea).contains(t));
        let rest = |matter: usize| (0..25).map(move |i| word(&MATTERS[matter], i)).filter(&apart);
        let [near, far] = [0, 1].map(|m| cosine(&space, &sea, &rest(m).collect::<Vec<_>>().join(" ")));
        assert!(near > far + 0.1, "{near} {far}");
        assert_eq!(cosine(&space, &sea, "ganz unbekannt"), 0.0);
    }

    #[test]
    fn it_is_the_same_whatever_the_number_of_threads() {
        let texts: Vec<String> =
            (0..9000).map(|i| format!("Wort{} und Ding{}", i % 91, i * i % 67)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| learned(&texts))
        };
        assert_eq!(with(1), with(3));
    }

    #[test]
    fn few_or_no_comments_give_a_space_all_the_same() {
        for texts in [&[][..], &["nur einer"], &["", "!"]] {
            let space = learned(texts);
            assert_eq!(Subspace::from_table(&space.table()), Some(space));
        }
        assert_eq!(Subspace::from_table(&[0; 7]), None);
    }

    #[test]
    fn it_is_centred_on_the_comments_it_is_used_on() {
        let texts = two_matters();
        let all = bags(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let all: Vec<&Bag> = all.iter().collect();
        let of_one: Vec<&Bag> = all.iter().step_by(2).copied().collect();
        for centre in [&all, &of_one] {
            let space = Subspace::learn(&all, centre, |_| 1.0);
            let (mut sum, mut size) = (Position::default(), 0i64);
            for &token in centre.iter().flat_map(|bag| bag.tokens()) {
                sum.add(space.place(token), 1);
                size += space.place(token).iter().map(|&v| i64::from(v).abs()).sum::<i64>();
            }
            assert!(size > 0 && sum.0.iter().all(|v| v.abs() * 50 < size), "{sum:?} of {size}");
        }
    }

    #[test]
    fn a_token_lies_as_far_out_as_it_weighs_however_many_comments_have_it() {
        let texts = two_matters();
        let all = bags(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let all: Vec<&Bag> = all.iter().collect();
        // Centred on nothing.
        let space = Subspace::learn(&all, &[], |token| if token % 2 == 0 { 2.0 } else { 1.0 });
        let length =
            |token: Token| space.place(token).iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt();
        let lengths = |rest: Token| all.iter().flat_map(|bag| bag.tokens()).filter(move |t| *t % 2 == rest);
        let (light, heavy): (Vec<f64>, Vec<f64>) =
            (lengths(1).map(|&t| length(t)).collect(), lengths(0).map(|&t| length(t)).collect());
        let mean = |lengths: &[f64]| lengths.iter().sum::<f64>() / lengths.len() as f64;
        for (lengths, times) in [(&light, 1.0), (&heavy, 2.0)] {
            let wanted = times * mean(&light);
            // A coordinate beyond what 127 stands for is cut off.
            assert!(lengths.iter().all(|l| (0.85..1.15).contains(&(l / wanted))), "{wanted} {lengths:?}");
        }
    }
}
