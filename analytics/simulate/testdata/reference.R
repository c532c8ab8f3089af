# Figures of the R simulator, for TestAgainstR to compare with.
#
#   Rscript reference.R DIR SIM > reference.csv     (R 4.2.2, base packages, about five minutes)
#
# DIR holds calib_counts, counts, truth, early_counts, early_truth (clean) and
# calib2_counts, counts2, truth2 (realistic), as the simulator wrote them; SIM
# is the simulator itself, which adds sets of its own (the calls of mk at the
# end), for those of DIR are few enough to lie two standard errors off. What is
# measured is the same as in reference_test.go. se is a jackknife over forty
# groups of owners, or the standard error over classes for what a signal does.
dir <- commandArgs(TRUE)[1]
source(commandArgs(TRUE)[2])                                            # mk, PAR, PAR2, SIG, SIG2
load <- function(counts, truth, offset) {
  d <- read.csv(gzfile(file.path(dir, counts)))
  if (is.null(truth)) { d$type <- "null"; d$onset <- NA; d$event <- NA }
  else { t <- read.csv(file.path(dir, truth)); i <- match(d$class, t$class)
    d$type <- t$type[i]; d$onset <- t$onset[i]; d$event <- t$school_event_week[i] }
  d$owner <- (d$school - 1) %/% 8 + offset; d$class <- d$class + offset; d$school <- d$school + offset; d
}
more <- function(offset, ...) { D <- mk(...); long <- function(x) as.vector(t(x)); each <- function(x) rep(x, each = 60)
  data.frame(class = each(seq_len(D$C) + offset), school = each(D$school + offset), owner = each((D$school - 1) %/% 8 + offset),
    type = each(D$types), onset = each(D$onset), event = each(D$evt), roster = each(D$N), week = rep(1:60, D$C), n = long(D$n),
    y = long(D$y), b = long(D$b), vlow = long(D$vl), mean_score = long(D$x), ss_score = long(D$x2), n_g0 = long(D$ng[,,1]),
    y_g0 = long(D$yg[,,1]), n_g1 = long(D$ng[,,2]), y_g1 = long(D$yg[,,2])) }
bind <- function(l) { f <- Reduce(intersect, lapply(l, names)); do.call(rbind, lapply(l, function(d) d[f])) }
rows <- function(d, f) matrix(d[[f]], ncol = 60, byrow = TRUE)          # class × week
shape <- function(d) { x <- lapply(c(n="n", y="y", b="b", v="vlow", m="mean_score", s="ss_score", N="roster",
    n0="n_g0", y0="y_g0", n1="n_g1", y1="y_g1"), function(f) rows(d, f))
  for (f in c("school", "owner", "type", "onset", "event")) x[[f]] <- rows(d, f)[, 1]; x }
keep <- function(x, i) lapply(x, function(f) if (is.matrix(f)) f[i, , drop = FALSE] else f[i])
weekly <- function(x, f) colSums(x[[f]]) / colSums(x$n)                 # national share
level <- function(x) colSums(x$m * x$n) / colSums(x$n)                  # national mean
phi <- function(x, f) {                                                 # Pearson dispersion of a class's counts
  p <- outer((rowSums(x[[f]]) + .5) / (rowSums(x$n) + 1), weekly(x, f) * sum(x$n) / sum(x[[f]])); p <- pmin(p, .95)
  median(rowSums((x[[f]] - x$n * p)^2 / (x$n * p * (1 - p))) / 59)
}
icc <- function(x) {                                                    # one-way, one week, classes as groups
  mean(sapply(1:60, function(t) { n <- x$n[, t]; m <- x$m[, t]; C <- length(n)
    msb <- sum(n * (m - sum(n * m) / sum(n))^2) / (C - 1); msw <- sum(x$s[, t]) / (sum(n) - C)
    n0 <- (sum(n) - sum(n^2) / sum(n)) / (C - 1); (msb - msw) / (msb + (n0 - 1) * msw) }))
}
null <- function(x) {
  r <- sweep(x$m, 2, level(x)); e <- r - rowMeans(r); v <- rowSums(e^2) / 59; z <- e / sqrt(v)
  total <- rowsum(z, x$school); squares <- rowsum(z^2, x$school); k <- as.vector(table(x$school)[rownames(total)])
  within <- rowMeans(r) - ave(rowMeans(r), x$school)
  c(response = sum(x$n) / sum(x$N), mean = sum(x$m * x$n) / sum(x$n), variance_within = sum(x$s) / sum(x$n - 1),
    share_y = sum(x$y) / sum(x$n), share_b = sum(x$b) / sum(x$n), share_vlow = sum(x$v) / sum(x$n),
    share_y_boys = sum(x$y0) / sum(x$n0), share_y_girls = sum(x$y1) / sum(x$n1), roster = mean(x$N), roster_sd = sd(x$N[, 1]),
    icc = icc(x), variance_class = sum(within^2) / sum(k - 1), variance_school = var(as.vector(rowsum(rowMeans(r), x$school)) / k),
    variance_residual = median(v), volatility = sd(log(v)), lag1 = median(rowSums(z[, -1] * z[, -60]) / rowSums(z^2)),
    siblings = sum(total^2 - squares) / sum(k * (k - 1)) / 60, phi_y = phi(x, "y"), phi_b = phi(x, "b"), phi_vlow = phi(x, "v"))
}
jackknife <- function(x, f, groups = 40) {
  g <- match(x$owner, unique(x$owner)) %% groups
  one <- sapply(0:(groups - 1), function(i) f(keep(x, g != i)))
  data.frame(value = f(x), se = sqrt((groups - 1) / groups * rowSums((one - rowMeans(one))^2)))
}
# A shift: a class's mean in the window of weeks after its onset less that
# before it, both less the national one of null classes.
shift <- function(x, ref, type, from, to) {
  x <- keep(x, x$type == type)
  d <- list(score = sweep(x$m, 2, level(ref)), y = sweep(x$y / x$n, 2, weekly(ref, "y")), b = sweep(x$b / x$n, 2, weekly(ref, "b")),
    vlow = sweep(x$v / x$n, 2, weekly(ref, "v")), gap = (x$y1 / pmax(x$n1, 1) - x$y0 / pmax(x$n0, 1)), response = x$n / x$N)
  t(sapply(d, function(s) { one <- sapply(seq_along(x$onset), function(i) {
      at <- x$onset[i] + (from:to); at <- at[at <= 60]
      if (type == "chronic") mean(s[i, ]) else mean(s[i, at]) - mean(s[i, seq_len(x$onset[i] - 1)]) })
    c(value = mean(one), se = sd(one) / sqrt(length(one))) }))
}
event <- function(x) {                                                  # what a school event does in its first week
  x <- keep(x, x$type == "null"); r <- sweep(x$m, 2, level(x)); e <- r - rowMeans(r); on <- which(!is.na(x$event) & x$event > 0)
  one <- tapply(e[cbind(on, x$event[on])], x$school[on], mean); first <- !duplicated(x$school)
  share <- mean(!is.na(x$event[first]) & x$event[first] > 0)
  rbind(event_share = c(value = share, se = sqrt(share * (1 - share) / sum(first))), event_score = c(mean(one), sd(one) / sqrt(length(one))))
}
print_all <- function(set, calibration, panels, windows) {
  ref <- shape(bind(c(list(calibration), lapply(panels, function(p) p[p$type == "null", ]))))
  out <- jackknife(ref, null); out <- data.frame(name = rownames(out), out)
  x <- shape(bind(panels))
  for (w in windows) { s <- shift(x, ref, w[[1]], w[[2]], w[[3]])
    out <- rbind(out, data.frame(name = paste(w[[1]], w[[2]], w[[3]], rownames(s), sep = "_"), s)) }
  s <- event(x); out <- rbind(out, data.frame(name = rownames(s), s))
  cat(sprintf("%s,%s,%.6g,%.3g\n", set, out$name, out$value, out$se), sep = "")
}
both <- list(list("drop", 0, 13), list("minority", 0, 13), list("girls", 0, 13), list("drift", 14, 17), list("incident", 0, 2), list("incident", 4, 5))
cat("set,figure,value,se\n")
print_all("clean", load("calib_counts.csv.gz", NULL, 0), list(load("counts.csv.gz", "truth.csv", 1e4), load("early_counts.csv.gz", "early_truth.csv", 2e4),
  more(3e4, 1001, c(rep("null", 3000), rep(SIG, each = 250)), P = PAR), more(4e4, 1002, c(rep("null", 3000), rep(SIG, each = 250)), P = PAR, onr = 6:14)),
  c(both, list(list("chronic", 0, 59))))
print_all("realistic", load("calib2_counts.csv.gz", NULL, 0), list(load("counts2.csv.gz", "truth2.csv", 1e4),
  more(3e4, 1003, c(rep("null", 6000), rep(SIG2, each = 500)), P = PAR2)), c(both, list(list("two", 0, 13), list("item", 0, 13))))
