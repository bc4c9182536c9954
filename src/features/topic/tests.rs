use super::*;
use crate::text::Folded;

fn bag(text: &str) -> Bag {
    Bag::new(&Folded::new(text))
}

fn columns(background: &Background, comment: &str, context: &Context<'_>) -> Vec<f64> {
    let mut row = Vec::new();
    background.columns(&bag(comment), context, &mut row);
    row
}

fn column(name: &str) -> usize {
    COLUMNS.iter().position(|c| *c == name).unwrap()
}

fn background() -> Background {
    let bags: Vec<_> = ["Die Bahn kommt", "Das Wetter ist gut", "Die Suppe ist kalt"].map(bag).into();
    Background::learn(&bags)
}

fn thread(texts: &[&str]) -> Thread {
    let mut thread = Thread::default();
    texts.iter().for_each(|text| thread.add(&bag(text)));
    thread
}

#[test]
fn a_comment_about_the_article_fits_better() {
    let article = ArticleTokens::new("Stadtrat beschließt Straßenbahn", "", "Die neue Linie kommt.");
    let context = Context { article: Some(&article), ..Context::default() };
    let near = columns(&background(), "Endlich eine Straßenbahnlinie", &context);
    let far = columns(&background(), "Mein Kuchen ist verbrannt", &context);
    assert_eq!(near.len(), COLUMNS.len());
    assert!(near[0] > 2.0 * far[0] && near[column("topic.title")] > 0.0);
}

#[test]
fn a_comment_is_not_its_own_thread() {
    let text = "Die Suppe ist versalzen";
    let one = thread(&[text]);
    let alone = Context { thread: Some(&one), ..Context::default() };
    assert!(alone.is_empty());
    assert!(columns(&background(), text, &alone).iter().all(|v| *v == 0.0));
    let two = thread(&[text, "Suppe? Welche Suppe?"]);
    let context = Context { thread: Some(&two), ..Context::default() };
    assert!(columns(&background(), text, &context)[column("topic.thread")] > 0.0);
}

#[test]
fn a_thread_of_any_size_in_any_order_gives_the_same() {
    let article = ArticleTokens::new("Neue Brücke über den Fluss", "", "");
    let background = spacious(&["Brücke und Fluss", "Der Fluss ist tief", "Die Suppe ist kalt"]);
    for size in [1, 2, 3, 10, 100, 10_000] {
        let texts: Vec<String> =
            (0..size).map(|i| format!("Brücke {} und Fluss {}", i % 7, i * i % 101)).collect();
        let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let forward = thread(&texts);
        let row = |thread: &Thread| {
            let context = Context { article: Some(&article), thread: Some(thread), ..Context::default() };
            columns(&background, "Brücke 0 und Fluss 0", &context)
        };
        let first = row(&forward);
        texts.reverse();
        assert_eq!(first, row(&thread(&texts)), "{size}");
        assert!(first.iter().all(|v| v.is_finite()));
        assert_eq!(first[column("topic.has_thread")], f64::from(u8::from(size > 1)));
        assert!(forward.bytes() <= 65_536);
    }
}

#[test]
fn a_level_worked_out_before_changes_nothing() {
    let one = thread(&["Die Bahn kommt zu spät", "Die Bahn streikt", "Kuchen"]);
    let level = background().level(&one, None);
    let context = Context { thread: Some(&one), ..Context::default() };
    let with = Context { level: Some(&level), ..context };
    for text in ["Die Bahn streikt", "Kuchen"] {
        assert_eq!(columns(&background(), text, &context), columns(&background(), text, &with));
    }
    let relative = |text| columns(&background(), text, &with)[column("topic.rel_thread")];
    assert!(relative("Die Bahn streikt") > 0.0 && relative("Kuchen") < 0.0);
}

#[test]
fn a_thread_that_is_about_something_else_than_its_article_is_no_reference() {
    let background =
        spacious(&["Die Brücke ist teuer", "Das Wetter ist gut", "Die Suppe ist kalt", "Wer kocht Suppe?"]);
    let comments = ["Die Brücke ist zu teuer", "Wer zahlt die Brücke?", "Über den Fluss mit der Brücke!"];
    let (all, parent) = (thread(&comments), bag(comments[1]));
    let bridge =
        ArticleTokens::new("Neue Brücke", "Über den Fluss", "Die Brücke ist teuer.\n\nWer zahlt sie?");
    let soup = ArticleTokens::new("Kalte Suppe", "So kocht man", "Gurke schälen, reiben, salzen.");
    let title = ArticleTokens::new("Kalte Suppe", "", "");
    let wordless = ArticleTokens::new("Kalte Suppe", "…", "");
    for (article, counts) in [(&bridge, true), (&soup, false), (&title, true), (&wordless, true)] {
        let alone = Context { article: Some(article), ..Context::default() };
        let full = Context { thread: Some(&all), parent: Some(&parent), ..alone };
        let level = background.level(&all, Some(article));
        for context in [full, Context { level: Some(&level), ..full }] {
            let row = columns(&background, comments[0], &context);
            assert_eq!(row[column("topic.has_thread")], f64::from(u8::from(counts)));
            assert_eq!(row == columns(&background, comments[0], &alone), !counts);
            let parts = background.contributions(&bag(comments[0]), &context);
            let sum: f64 = parts.tokens.iter().map(|t| t.1[0]).sum();
            assert!((sum - row[0]).abs() < 1e-5);
        }
    }
    // The comment itself does not bring the thread back, whatever it says of the article.
    let with =
        thread(&[&comments[..], &["Kalte Suppe: Gurke schälen, reiben, salzen, so kocht man"]].concat());
    let context = Context { article: Some(&soup), thread: Some(&with), ..Context::default() };
    let own = columns(&background, "Kalte Suppe: Gurke schälen, reiben, salzen, so kocht man", &context);
    assert_eq!(own[column("topic.has_thread")], 0.0);
    assert_eq!(columns(&background, comments[0], &context)[column("topic.has_thread")], 1.0);
}

#[test]
fn half_of_a_thread_from_elsewhere_still_fits_worse() {
    let own = [
        "Die Brücke ist zu teuer",
        "Wer zahlt die Brücke?",
        "Brücke ja, aber der Fluss!",
        "Fluss und Brücke",
    ];
    let foreign =
        ["Mein Hund frisst Gras", "Rezept für Apfelkuchen", "Das Spiel war schlecht", "Regen am Montag"];
    let article = ArticleTokens::new("Neue Brücke über den Fluss", "", "");
    let mixed = thread(&[own, foreign].concat());
    let context = Context { article: Some(&article), thread: Some(&mixed), ..Context::default() };
    let fit = |text: &str| columns(&background(), text, &context)[0];
    let worst = own.map(fit).into_iter().fold(f64::MAX, f64::min);
    assert!(foreign.iter().all(|text| fit(text) < worst));
}

#[test]
fn the_same_comment_under_fifty_articles_fits_only_where_it_belongs() {
    let articles: Vec<_> = (0..50u32)
        .map(|i| match i {
            17 => ArticleTokens::new("Neue Brücke über den Fluss", "", ""),
            _ => ArticleTokens::new(&format!("Meldung {}", i.wrapping_mul(0x9E37_79B1)), "", ""),
        })
        .collect();
    let fit =
        |a| columns(&background(), "Die Brücke!", &Context { article: Some(a), ..Context::default() })[0];
    let fits: Vec<f64> = articles.iter().map(fit).collect();
    assert!((0..50).all(|i| i == 17 || fits[i] < fits[17]));
}

#[test]
fn nothing_to_compare_with_is_said() {
    assert!(Context::default().is_empty());
    let empty = ArticleTokens::new("", "", "");
    assert!(Context { article: Some(&empty), ..Context::default() }.is_empty());
    let title = ArticleTokens::new("Neue Brücke", "", "");
    let row = columns(&background(), "Brücke", &Context { article: Some(&title), ..Context::default() });
    assert_eq!(row[column("topic.has_article")..], [1.0, 0.0, 0.0, 0.0]);
}

/// A background with a space, learned from `texts`.
fn spacious(texts: &[&str]) -> Background {
    let bags: Vec<Bag> = texts.iter().map(|text| bag(text)).collect();
    let background = Background::learn(&bags);
    let learned: Vec<&Bag> = bags.iter().collect();
    let space = Subspace::learn(&learned, &learned, |token| background.weights(token).0);
    background.with_subspace(Some(space))
}

#[test]
fn the_lift_weighs_a_thread_by_its_size() {
    let fits = |size: usize, text: &str| {
        let texts: Vec<String> = (0..size).map(|i| format!("Brücke {} Fluss", i % 7)).collect();
        let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        texts.push(text);
        let thread = thread(&texts);
        let row = columns(&background(), text, &Context { thread: Some(&thread), ..Context::default() });
        [row[column("topic.thread")], row[column("topic.lift")]]
    };
    // What a large thread never says speaks against a comment the more, the larger it is.
    let ([few, lift_few], [many, lift_many]) = (fits(5, "Mein Kuchen"), fits(5000, "Mein Kuchen"));
    assert_eq!([few, many], [0.0, 0.0]);
    assert!(lift_many < lift_few && lift_few < 0.0, "{lift_few} {lift_many}");
    // What all of it says ties as much in a large thread as in a larger one.
    let [own, larger] = [5000, 50_000].map(|size| fits(size, "Fluss"));
    assert!(larger[1] - own[1] < 0.5 * (larger[0] - own[0]), "{own:?} {larger:?}");
}

#[test]
fn a_whole_worked_out_before_or_not_gives_the_same_in_the_space() {
    let texts = ["Die Bahn kommt zu spät", "Die Bahn streikt", "Kuchen", "Das Gleis der Bahn"];
    let (background, article) = (spacious(&texts), ArticleTokens::new("Bahn am Gleis", "", ""));
    let all = thread(&texts);
    for (article, thread) in [(Some(&article), Some(&all)), (Some(&article), None), (None, Some(&all))] {
        let level = background.level(thread.unwrap_or(&Thread::default()), article);
        let context = Context { article, thread, level: None, table: None, parent: None };
        let with = Context { level: Some(&level), ..context };
        let row = columns(&background, "Die Bahn streikt", &context);
        assert_eq!(row, columns(&background, "Die Bahn streikt", &with));
        for (name, there) in
            [("topic.space_article", article.is_some()), ("topic.space_thread", thread.is_some())]
        {
            assert_eq!(row[column(name)] != 0.0, there, "{name}");
            assert!(row[column(name)].abs() <= 1.0 + 1e-9);
        }
    }
}

#[test]
fn contributions_sum_to_the_columns_and_spread_over_the_words() {
    let lead = "Die Stadt baut.";
    let text = "Die Brücke kostet viel.\n\nDer Fluss ist tief.";
    let article = ArticleTokens::new("Neue Brücke", lead, text);
    let comment = "Die Brücke über den Fluss, die teure Brücke!";
    let parent = bag("Der Fluss ist tief");
    let others = thread(&[comment, "Brücke und Fluss", "Mein Kuchen"]);
    let context = Context {
        article: Some(&article),
        thread: Some(&others),
        parent: Some(&parent),
        level: None,
        table: None,
    };
    let background = spacious(&["Die Brücke über den Fluss", "Der Fluss ist tief", "Die Suppe ist kalt"]);
    let row = columns(&background, comment, &context);
    let parts = background.contributions(&bag(comment), &context);
    assert!(
        ["topic.lift", "topic.space_article", "topic.space_thread"].iter().all(|c| row[column(c)] != 0.0)
    );
    for k in 0..SIMILARITIES {
        let sum: f64 = parts.tokens.iter().map(|t| t.1[k]).sum::<f64>() + parts.constants[k];
        assert!((sum - row[k]).abs() < 1e-5, "{}", COLUMNS[k]);
    }
    let nearest = passages(lead, text)[parts.passage.unwrap()].concat();
    assert!(nearest.contains("Brücke"), "{nearest}");
    let folded = Folded::new(comment);
    let mut per_symbol = vec![0.0; folded.symbols.len()];
    let mut weights = [0.0; SIMILARITIES];
    weights[0] = -2.0;
    parts.spread(&weights, &folded, &mut per_symbol);
    assert!((per_symbol.iter().sum::<f64>() + 2.0 * row[0]).abs() < 1e-5);
    let bridge: f64 = per_symbol[4..11].iter().sum();
    assert!(bridge < 0.0 && per_symbol[11..16].iter().sum::<f64>() > bridge);
}
