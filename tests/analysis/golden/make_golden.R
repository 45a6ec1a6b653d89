# What R and its package survey make of a small survey: Rscript make_golden.R > golden.json
# Everything below is drawn by a generator of its own, so that every version of R draws the same.
suppressMessages(library(survey))
options(digits = 17, warn = 1)

seed <- 430700
draw <- function(n, below) {
  vapply(seq_len(n), function(i) {
    seed <<- (seed * 16807) %% 2147483647
    seed %% below
  }, 0)
}

# One row a ballot: 4 strata of 3 to 6 places with 2 to 14 ballots in each of two waves.
places <- c(3, 4, 5, 6)
stratum_of <- rep(1:4, places)
data <- do.call(rbind, lapply(seq_along(stratum_of), function(place) {
  do.call(rbind, lapply(0:1, function(wave) {
    n <- 2 + draw(1, 13)
    lift <- draw(1, 30)
    data.frame(place = place, stratum = stratum_of[place], wave = wave, n = n,
               y = as.integer(draw(n, 100) < 45 + lift + 10 * wave),
               weight = (1 + draw(n, 40)) / 8, group = 1 + draw(n, 3), inside = draw(n, 4) > 0)
  }))
}))
# Some places answered in one of the two waves only, and one has nobody inside the domain.
data <- data[!(data$place %in% c(2, 9) & data$wave == 0) & !(data$place %in% c(7, 18) & data$wave == 1), ]
data$inside[data$place == 12] <- FALSE
now <- data[data$wave == 1, ]
people <- 60 + 37 * (1:18 %% 7)

as_list <- function(fit, df) {
  p <- as.vector(coef(fit)); se <- as.vector(SE(fit))
  half <- qt(0.975, df) * se / (p * (1 - p))
  list(estimate = p, error = se, df = df, low = plogis(qlogis(p) - half), high = plogis(qlogis(p) + half))
}
share <- function(design) {
  fit <- svyciprop(~y, design, method = "xlogit")
  list(estimate = as.vector(coef(fit)), error = as.vector(SE(svymean(~y, design))), df = degf(design),
       low = as.vector(attr(fit, "ci"))[1], high = as.vector(attr(fit, "ci"))[2])
}

designs <- list(
  simple = svydesign(ids = ~1, weights = ~I(0 * y + 1), data = now),
  clusters = svydesign(ids = ~place, weights = ~I(0 * y + 1), data = now),
  strata = svydesign(ids = ~1, strata = ~stratum, weights = ~I(0 * y + 1), data = now),
  weights = svydesign(ids = ~1, weights = ~weight, data = now),
  all = svydesign(ids = ~place, strata = ~stratum, weights = ~weight, data = now, nest = TRUE)
)
out <- list(data = as.list(data), people = people)
out$proportion <- lapply(designs, share)
out$domain <- lapply(designs, function(design) share(subset(design, inside)))

# Simple random samples within strata: the fpc is the number of people of a stratum.
now$residents <- c(40, 90, 200, 1000)[now$stratum]
now$per_ballot <- now$residents / table(now$stratum)[as.character(now$stratum)]
finite <- svydesign(ids = ~1, strata = ~stratum, weights = ~per_ballot, fpc = ~residents, data = now)
out$finite <- share(finite)
out$finite_domain <- share(subset(finite, inside))

# Post-stratified by place. The weights are survey's; the variance takes places as clusters.
one <- svydesign(ids = ~1, weights = ~I(0 * y + 1), data = now)
there <- sort(unique(now$place))
post <- postStratify(one, ~place, data.frame(place = there, Freq = people[there]))
now$post <- weights(post)
out$post_weights <- as.vector(now$post)
out$post <- share(svydesign(ids = ~place, weights = ~post, data = now))
bounds <- mean(now$post) * c(0.4, 1.8)
now$trimmed <- pmin(pmax(now$post, bounds[1]), bounds[2])
now$trimmed <- now$trimmed * sum(people[there]) / sum(now$trimmed)
out$trimmed_weights <- as.vector(now$trimmed)
out$trimmed <- share(svydesign(ids = ~place, weights = ~trimmed, data = now))
kish <- function(w) list(effect = length(w) * sum(w^2) / sum(w)^2, size = sum(w)^2 / sum(w^2))
out$kish <- lapply(list(weight = now$weight, post = now$post, trimmed = now$trimmed), kish)

# A random sample within each place: weights people / ballots, places as strata, one place with one ballot.
few <- now[!(now$place == 14 & duplicated(now$place)), ]
few$people <- people[few$place]
few$per_ballot <- few$people / table(few$place)[as.character(few$place)]
options(survey.lonely.psu = "adjust")
out$random <- share(svydesign(ids = ~1, strata = ~place, weights = ~per_ballot, fpc = ~people, data = few))

# Two waves: the places that answered in both keep their covariance.
both <- svydesign(ids = ~place, weights = ~I(0 * y + 1), data = data)
waves <- svyby(~y, ~wave, both, svymean, covmat = TRUE)
change <- svycontrast(waves, list(change = c(-1, 1)))
out$waves <- list(now = coef(waves)[[2]], before = coef(waves)[[1]], difference = as.vector(coef(change)),
                  error = as.vector(SE(change)), df = degf(both))
out$waves$low <- out$waves$difference - qt(0.975, out$waves$df) * out$waves$error
out$waves$high <- out$waves$difference + qt(0.975, out$waves$df) * out$waves$error
out$waves$p <- 2 * pt(-abs(out$waves$difference) / out$waves$error, out$waves$df)

# A score over groups with weights 40, 30 and 30, all of them asked in the same places.
designs$clusters <- svydesign(ids = ~place, weights = ~I(0 * y + 1), data = now)
groups <- svyby(~y, ~group, designs$clusters, svymean, covmat = TRUE)
score <- svycontrast(groups, list(score = c(0.4, 0.3, 0.3)))
out$groups <- as_list(score, degf(designs$clusters))

# Closed forms, at the ends too.
pairs <- list(c(0, 1), c(1, 1), c(0, 35), c(35, 35), c(1, 35), c(34, 35), c(71178, 77067), c(0, 1e9), c(1, 1e9),
              c(498765432, 1e9), c(999999999, 1e9), c(1e9, 1e9))
wilson <- function(x, n) as.vector(suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int)
exact <- function(x, n) c(if (x == 0) 0 else qbeta(0.025, x, n - x + 1), if (x == n) 1 else qbeta(0.975, x + 1, n - x))
out$intervals <- lapply(pairs, function(pair) {
  x <- pair[1]; n <- pair[2]
  if (n < 1e5) stopifnot(all.equal(exact(x, n), as.vector(binom.test(x, n)$conf.int), tolerance = 1e-12))
  list(x = x, n = n, wilson = wilson(x, n), clopper_pearson = exact(x, n))
})
newcombe <- function(x1, n1, x2, n2) {
  a <- wilson(x1, n1); b <- wilson(x2, n2); p <- x1 / n1; q <- x2 / n2
  c(p - q, p - q - sqrt((p - a[1])^2 + (b[2] - q)^2), p - q + sqrt((a[2] - p)^2 + (q - b[1])^2))
}
fours <- list(c(56, 70, 48, 80), c(0, 1, 1, 1), c(1, 1, 1, 1), c(0, 10, 0, 20), c(10, 10, 0, 20), c(34, 35, 35, 35),
              c(0, 1e9, 1e9, 1e9), c(498765432, 1e9, 498665432, 1e9), c(1e9, 1e9, 35, 35), c(0, 1, 0, 1e9))
out$newcombe <- lapply(fours, function(four) list(four = four, limits = do.call(newcombe, as.list(four))))

# Many tests at once.
p <- c(0.001, 0.2, 0.012, 0.04, 0.0049, 0.8, 0.0101, 0.03)
out$many <- list(p = p, hochberg = p.adjust(p, "BH"), holm = p.adjust(p, "holm"))

json <- function(x) {
  if (is.list(x)) {
    inner <- vapply(x, json, "")
    if (is.null(names(x))) paste0("[", paste(inner, collapse = ",\n"), "]")
    else paste0("{", paste0("\"", names(x), "\": ", inner, collapse = ",\n"), "}")
  } else {
    text <- if (is.logical(x)) tolower(as.character(x)) else vapply(as.vector(x), format, "", digits = 17)
    if (length(x) == 1) text else paste0("[", paste(text, collapse = ", "), "]")
  }
}
cat(json(out), "\n", sep = "")
