# Regenerate with R the reference values of proportions, exact tests, survival and competing risks; with clinfun and
# rpact, where they are installed, also Simon's designs and group sequential boundaries.
#
#   Rscript --vanilla scripts/oracle_r.R OUT.json [STATS.json]
#
# Writes OUT.json in the form of tests/vectors/stats.json. With STATS.json it also compares every value with that
# file and ends with status 1 if one differs. Needs R (4.2 or newer) with survival, cmprsk and jsonlite.
suppressPackageStartupMessages({
  library(survival)
  library(cmprsk)
  library(jsonlite)
})
arguments <- commandArgs(trailingOnly = TRUE)
if (!length(arguments)) stop("Say where to write: Rscript scripts/oracle_r.R OUT.json [STATS.json]")

proportion <- function(x, n) {
  exact <- function(level) as.numeric(binom.test(x, n, conf.level = level)$conf.int)
  list(
    x = x, n = n, est = x / n, cp = exact(.95), cp90 = exact(.90),
    wilson = as.numeric(prop.test(x, n, correct = FALSE)$conf.int),
    jeffreys = c(
      if (x == 0) 0 else qbeta(.025, x + .5, n - x + .5), if (x == n) 1 else qbeta(.975, x + .5, n - x + .5)
    ),
    cp_lower_1s95 = as.numeric(binom.test(x, n, alternative = "greater")$conf.int)[1]
  )
}

binomial <- function(x, n, p0) {
  p <- function(side) binom.test(x, n, p0, alternative = side)$p.value
  list(x = x, n = n, p0 = p0, p_two = p("two.sided"), p_greater = p("greater"), p_less = p("less"))
}

two_arms <- function(x1, n1, x2, n2) {
  cells <- matrix(c(x1, n1 - x1, x2, n2 - x2), 2)
  fisher <- function(side) fisher.test(cells, alternative = side)$p.value
  chi <- function(correct) suppressWarnings(chisq.test(cells, correct = correct))
  list(
    x1 = x1, n1 = n1, x2 = x2, n2 = n2, rd = x1 / n1 - x2 / n2,
    fisher_two = fisher("two.sided"), fisher_less = fisher("less"), fisher_greater = fisher("greater"),
    chisq_uncorrected = as.numeric(chi(FALSE)$statistic), chisq_p = chi(FALSE)$p.value,
    chisq_yates_p = chi(TRUE)$p.value
  )
}

curve_rows <- function(fit, names, at) {
  lapply(seq_along(at), function(row) list(
    strata = names[row], time = fit$time[row], n_risk = fit$n.risk[row], n_event = fit$n.event[row],
    surv = fit$surv[row], se = fit$std.err[row], lower = fit$lower[row], upper = fit$upper[row]
  ))
}

kaplan_meier <- function(formula, scale) {
  fit <- survfit(formula, veteran, conf.type = scale)
  found <- summary(fit, times = c(30, 60, 90, 180, 365))
  names <- if (is.null(found$strata)) rep("all", length(found$time)) else as.character(found$strata)
  table <- summary(fit)$table
  table <- if (is.matrix(table)) as.data.frame(table) else as.data.frame(t(table))
  list(at = curve_rows(found, names, found$time), median = table)
}

log_rank <- function(formula, rho = 0) {
  fit <- survdiff(formula, veteran, rho = rho)
  sum_up <- function(part) if (is.matrix(part)) rowSums(part) else part
  degrees <- length(fit$n) - 1
  list(
    n = as.numeric(fit$n), obs = as.numeric(sum_up(fit$obs)), exp = as.numeric(sum_up(fit$exp)),
    var = unname(fit$var), chisq = fit$chisq, df = degrees, p = pchisq(fit$chisq, degrees, lower.tail = FALSE)
  )
}

cox <- function(formula, data = veteran) {
  fit <- coxph(formula, data, ties = "efron")
  found <- summary(fit)$coefficients
  interval <- summary(fit)$conf.int
  column <- function(values) as.list(setNames(values, rownames(found)))
  list(
    coef = column(found[, 1]), se = column(found[, 3]), hr = column(interval[, 1]), hr_lo = column(interval[, 3]),
    hr_hi = column(interval[, 4]), p = column(found[, 5])
  )
}

gammopathies <- within(mgus2, {
  time <- ifelse(pstat == 0, futime, ptime)
  cause <- ifelse(pstat == 0, 2 * death, 1)
  event <- factor(cause, 0:2, c("censor", "pcm", "death"))
})
moments <- c(60, 120, 180, 240, 300)

aalen_johansen <- function(formula) {
  found <- summary(survfit(formula, gammopathies), times = moments)
  result <- list(
    time = found$time, n_risk = found$n.risk[, 1], pstate = found$pstate, se = found$std.err,
    lower = found$lower, upper = found$upper
  )
  if (!is.null(found$strata)) result$strata <- as.character(found$strata)
  result
}

times <- Surv(veteran$time, veteran$status)
scales <- c("plain", "log", "log-log")
curves <- function(formula) setNames(lapply(scales, function(scale) kaplan_meier(formula, scale)), scales)
naive <- summary(survfit(Surv(time, cause == 1) ~ 1, gammopathies), times = moments)
gray <- cuminc(gammopathies$time, gammopathies$cause, gammopathies$sex)$Tests

values <- list(
  one_sample_ci = Map(proportion, c(9, 13, 7, 16, 0, 23, 1, 0), c(37, 40, 31, 28, 10, 35, 41, 6)),
  binom_test = Map(binomial, c(7, 12, 23), c(22, 21, 35), c(.5, .25, .5)),
  two_sample = Map(two_arms, c(9, 7, 9, 9), c(37, 31, 40, 10), c(12, 16, 12, 3), c(21, 28, 21, 10)),
  survival = list(veteran = list(
    km_all = curves(times ~ 1),
    km_trt = curves(times ~ trt),
    logrank_trt = log_rank(times ~ trt),
    logrank_celltype = log_rank(times ~ celltype),
    logrank_trt_strat_celltype = log_rank(times ~ trt + strata(celltype)),
    peto_trt = log_rank(times ~ trt, rho = 1),
    cox_efron = cox(times ~ trt + karno + age + prior),
    cox_trt_only_efron = cox(times ~ trt),
    cox_trt_strat_celltype_efron = cox(times ~ trt + karno + strata(celltype))
  )),
  competing = list(mgus2 = list(
    aj_all = aalen_johansen(Surv(time, event) ~ 1),
    aj_sex = aalen_johansen(Surv(time, event) ~ sex),
    naive_1_minus_km_pcm = list(time = moments, one_minus_km = 1 - naive$surv),
    cuminc_sex = list(gray_tests = as.data.frame(gray))
  ))
)
if (requireNamespace("clinfun", quietly = TRUE)) {
  simon <- function(p0, p1, alpha, beta) {
    found <- clinfun::ph2simon(p0, p1, alpha, beta, nmax = 150)$out
    describe <- function(row) list(
      r1 = row[[1]], n1 = row[[2]], r = row[[3]], n = row[[4]], EN0 = row[[5]], PET0 = row[[6]]
    )
    list(
      p0 = p0, p1 = p1, alpha = alpha, beta = beta,
      optimal = describe(found[which.min(found[, 5]), ]), minimax = describe(found[which.min(found[, 4]), ])
    )
  }
  settings <- expand.grid(p0 = c(.05, seq(.1, .7, .1)), error = 1:3)
  values$simon <- Map(
    function(p0, error) simon(p0, round(p0 + .2, 2), c(.1, .05, .05)[error], c(.1, .2, .1)[error]),
    settings$p0, settings$error
  )
}
if (requireNamespace("rpact", quietly = TRUE)) {
  sequential <- function(type, k, alpha, sided, ...) {
    found <- rpact::getDesignGroupSequential(kMax = k, typeOfDesign = type, alpha = alpha, sided = sided, ...)
    list(
      type = type, k = k, alpha = alpha, sided = sided, z = found$criticalValues, alpha_spent = found$alphaSpent,
      stage_levels = found$stageLevels
    )
  }
  values$group_sequential <- c(
    Map(
      function(type, k) sequential(type, k, .025, 1), c("OF", "OF", "P", "asOF", "asOF", "asP", "asP"),
      c(3, 5, 2, 2, 5, 3, 5), USE.NAMES = FALSE
    ),
    list(
      sequential("asKD", 4, .025, 1, gammaA = 2), sequential("asHSD", 4, .025, 1, gammaA = -4),
      sequential("asOF", 2, .05, 2)
    )
  )
}
write_json(values, arguments[1], digits = 12, auto_unbox = TRUE, na = "null")
cat("Written:", arguments[1], "with", R.version.string, "\n")

flatten <- function(part, name = "") {
  if (is.list(part)) {
    keys <- if (is.null(names(part))) seq_along(part) else names(part)
    unlist(Map(function(value, key) flatten(value, paste0(name, "/", key)), part, keys), recursive = FALSE)
  } else setNames(list(part), name)
}
identify <- function(cases, keys) setNames(cases, vapply(cases, function(case) {
  paste(unlist(case[intersect(keys, names(case))]), collapse = "-")
}, ""))
counts <- c("x", "n", "p0", "x1", "n1", "x2", "n2")
identifying <- list(
  one_sample_ci = counts, binom_test = counts, two_sample = counts, simon = c("p0", "p1", "alpha", "beta"),
  group_sequential = c("type", "k", "sided")
)

if (length(arguments) > 1) {
  prepare <- function(path) {
    found <- fromJSON(path, simplifyVector = TRUE, simplifyDataFrame = FALSE)
    for (block in intersect(names(identifying), names(found))) {
      found[[block]] <- identify(found[[block]], identifying[[block]])
    }
    found
  }
  ours <- flatten(prepare(arguments[1]))
  theirs <- flatten(prepare(arguments[2]))
  names(ours) <- vapply(names(ours), identity, "")
  shared <- Filter(function(name) is.numeric(ours[[name]]) && is.numeric(theirs[[name]]), intersect(names(ours), names(theirs)))
  distance <- vapply(shared, function(name) {
    if (length(ours[[name]]) != length(theirs[[name]])) return(Inf)
    max(abs(ours[[name]] - theirs[[name]]) / pmax(1, abs(theirs[[name]])), na.rm = TRUE)
  }, 0)
  cat(length(shared), "values compared; largest difference", format(max(distance)), "\n")
  wrong <- distance > 1e-8
  if (any(wrong)) {
    cat("Different:", paste(shared[wrong], collapse = " "), "\n")
    quit(status = 1)
  }
}
