# One class of twenty, alone in its school, in fourteen fortnightly waves: its
# evidence of each kind after each wave, and what a finding would say. There is no
# filter in here and no grid that is carried along: each number is a ratio of the
# densities of the whole series. Written for R 4.2.2; class_test.go has what it
# prints.

weeks <- 2*(0:13); waves <- 14; at <- 0:13
# What is usual, by wave.
usual <- list(score=3.9+.02*(at%%3), spread=.75+.01*(at%%2), gap=rep(.02,waves), low=-1.7+.05*(at%%4),
  missing=rep(-1.6,waves), items=list(-2+.03*(at%%3), rep(-1.8,waves)))
# The class: nothing in wave 4, only who is missing in wave 6, no genders in wave 8.
roster <- 24
class <- list(
  n=c(20,19,21,20,0,18,0,20,21,19,20,20,18,20),
  mean=c(3.95,3.7,4.05,3.85,0,3.9,0,4.0,3.8,3.9,3.95,3.85,3.75,4.0),
  sd=c(.7,.8,.72,.78,0,.69,0,.75,.8,.7,.77,.72,.74,.71),
  girls=c(10,10,11,10,0,9,0,10,0,9,10,10,9,10), lowgirls=c(1,2,1,2,0,1,0,2,1,1,2,1,2,1),
  boys=c(10,9,10,10,0,9,0,10,0,10,10,10,9,10), lowboys=c(2,1,1,2,0,2,0,1,2,2,1,1,1,2),
  y1=c(2,3,1,2,0,2,0,2,3,1,2,3,2,1), y2=c(3,2,2,4,0,3,0,2,3,3,2,4,3,2),
  missing=c(4,5,3,4,NA,6,9,4,3,5,4,4,6,4))
class$low <- class$lowgirls+class$lowboys
# How such classes vary: the model of the test.
prior <- .05; wave <- .02; respondent <- .5; slope <- -.8
spread <- list(onscore=-.3, respondent=.3, class=.004, slope=-.5)
gap <- list(respondent=.1, class=.01, slope=-1)
missing <- list(class=.2, phi=.9)
given <- list(list(class=.1, phi=.8, onscore=-1.2), list(class=.15, phi=1.1, onscore=-2))
level <- list(list(class=.3, phi=1.2), list(class=.25, phi=.95), list(class=.2, phi=1.1)) # low, items
kappa <- c(.0064,.04366,.2978,2.031,13.85); omega <- c(.0269,.2334,.4794,.2334,.0269)

step <- function(x) rep(1,length(x)); ramp <- function(x) pmin(1,(x+1)/12); pulse <- function(x) ifelse(x<3,1,.5^(x-2))
b <- (-30:30)/10
lse <- function(x) max(x)+log(sum(exp(x-max(x))))
loglik <- function(i,y,n,a,phi,d=0) if (!length(i)) 0*b else sapply(b, function(x) { e <- a[i]+x+d; sum((y[i]*e-n[i]*log1p(exp(e)))/phi) })

# counts: mean ratio of each start j, of waves has up to t.
counts <- function(y,n,a,m,t,starts) {
  has <- which(n>0 & !is.na(y)); lp <- -b^2/(2*m$class)
  sapply(starts, function(j) { past <- lp+loglik(has[has<j],y,n,a,m$phi); i <- has[has>=j & has<=t]
    mean(sapply(c(.5,.9,1.4), function(d) exp(lse(past+loglik(i,y,n,a,m$phi,d))-lse(past+loglik(i,y,n,a,m$phi))))) })
}
# share since j, and what was to be expected from before.
share <- function(y,n,a,m,t,j) {
  has <- which(n>0 & !is.na(y)); i <- has[has>=j & has<=t]; N <- sum(n[i])
  p <- exp(-b^2/(2*m$class)+loglik(has[has<j],y,n,a,m$phi)); p <- p/sum(p)
  e <- sapply(b, function(x) sum(n[i]*plogis(a[i]+x))); v <- sapply(b, function(x) sum(n[i]*plogis(a[i]+x)*plogis(-a[i]-x)))
  mu <- sum(p*e); h <- 1.96*sqrt(sum(p*e^2)-mu^2+m$phi*sum(p*v))
  c(sum(y[i])/N, mu/N, max((mu-h)/N,0), min((mu+h)/N,1))
}
show <- function(x) paste0("{", paste(sprintf("%.14g", x), collapse=", "), "}")

# run prints all of class c; no start comes after wave hold.
run <- function(name, c, hold=Inf) {
  cat("###", name, "\n")
  n <- c$n; r <- ifelse(n>0, c$mean-usual$score, 0); v <- levels <- numeric(waves)
  K <- function(i,k) prior + k*wave*.5^abs(outer(weeks[i],weeks[i],"-")) + diag(v[i],length(i))
  ld <- function(i,k,mu) { U <- chol(K(i,k)); z <- backsolve(U, r[i]-mu, transpose=TRUE); -sum(log(diag(U)))-sum(z^2)/2 }
  shares <- function(i) { g <- omega*exp(sapply(kappa, function(k) ld(i,k,0))); g/sum(g) }
  for (t in 1:waves) {
    i <- which(n[seq_len(t-1)]>0)
    if (length(i)) levels[t] <- sum(shares(i)*sapply(kappa, function(k) prior*sum(solve(K(i,k),r[i]))))
    if (n[t]>0) v[t] <- respondent/n[t]*exp(slope*min(max(levels[t],-1),1))
  }
  clipped <- pmin(pmax(levels,-1),1)
  x <- list(spread=c$sd-(usual$spread+spread$onscore*r), gap=ifelse(c$girls>0, c$lowgirls/c$girls-c$lowboys/c$boys, 0)-usual$gap)
  w <- list(spread=ifelse(n>0, spread$respondent/n*exp(spread$slope*clipped), 0),
    gap=ifelse(c$girls>0, gap$respondent*(1/c$girls+1/c$boys)*exp(gap$slope*clipped), 0))
  se <- c(sqrt(wave+respondent/17), sqrt(spread$respondent/17), sqrt(4*gap$respondent/17))
  falls <- -c(.7,1.2,2.2)*se[1]; rises <- c(.75,1.25,2)*se[2]; gaps <- c(.75,1.25,2,-.75,-1.25,-2)*se[3]
  y <- list(c$y1,c$y2); a <- lapply(1:2, function(q) usual$items[[q]]+pmin(pmax(given[[q]]$onscore*r,-4),4))
  one <- function(what,m,i,j,d) { h <- d*(i>=j); S <- solve(m$class+diag(w[[what]][i],length(i)), cbind(x[[what]][i],h)); exp(sum(h*S[,1])-sum(h*S[,2])/2) }
  asked <- which(n>0 | !is.na(c$missing)); M <- silence <- odds <- numeric(0)
  for (t in asked) {
    starts <- asked[asked<=t]; starts <- starts[seq_along(starts)>4 & starts<=hold+1]
    i <- which(n>0 & seq_len(waves)<=t); gi <- i[c$girls[i]>0]
    M1 <- MS <- 0
    if (length(starts)) {
      l0 <- sapply(kappa, function(k) ld(i,k,0))
      L <- function(j,s,d) { h <- ifelse(i>=j, d*s(weeks[i]-weeks[j]), 0); sum(omega*exp(sapply(kappa, function(k) ld(i,k,h))))/sum(omega*exp(l0)) }
      Q <- lapply(1:2, function(q) counts(y[[q]],n,a[[q]],given[[q]],t,starts))
      terms <- t(sapply(seq_along(starts), function(at) { j <- starts[at]
        S <- sapply(falls, function(d) L(j,step,d)); R <- sapply(falls, function(d) L(j,ramp,d)); P <- sapply(falls, function(d) L(j,pulse,d))
        base::c(.65*(.5*mean(S)+.3*mean(R)+.2*mean(P)), .18*(1+S[1]+S[2])/3*mean(sapply(rises, function(d) one("spread",spread,i,j,d))),
          .09*mean(S)*mean(sapply(gaps, function(d) one("gap",gap,gi,j,d))), .04*(1+S[1])/2*Q[[1]][at], .04*(1+S[1])/2*Q[[2]][at]) }))
      M1 <- sum(terms)
      rosters <- ifelse(is.na(c$missing),0,roster)
      S <- counts(c$missing,rosters,usual$missing,missing,t,starts); MS <- sum(S)
      if (n[t]>0 && M1 >= 22.34) {
        best <- which.max(colSums(terms)-base::c(.65,.18,.09,.04,.04)*length(starts)); j <- starts[which.max(terms[,best])]
        gls <- function(K,x,i,g) { h <- as.numeric(i>=j); s <- sum(g*sapply(K, function(k) sum(h*solve(k,x[i])))); f <- sum(g*sapply(K, function(k) sum(h*solve(k,h)))); base::c(s/f,1.96/sqrt(f)) }
        o <- function(x,w,i) { i <- i[i>=j]; sum(x[i]*w[i])/sum(w[i]) }
        says <- function(o,q) base::c(o, o-q[1], o-q[1]-q[2], o-q[1]+q[2])
        cat("wave", t-1, sprintf("change %.14g", M1), "from wave", j-1, "by stream", best, show(switch(best,
          says(o(c$mean,n,i), gls(lapply(kappa, function(k) K(i,k)), r, i, shares(i))),
          says(o(c$sd,n,i), gls(list(spread$class+diag(w$spread[i])), x$spread, i, 1)),
          says(o(x$gap+usual$gap, 1/(1/c$girls+1/c$boys), gi), gls(list(gap$class+diag(w$gap[gi])), x$gap, gi, 1)),
          share(y[[1]],n,a[[1]],given[[1]],t,j), share(y[[2]],n,a[[2]],given[[2]],t,j))), "\n")
      }
      if (MS >= 16.82) { j <- starts[which.max(S)]
        cat("wave", t-1, sprintf("silence %.14g", MS), "from wave", j-1, show(share(c$missing,rosters,usual$missing,missing,t,j)), "\n") }
    }
    if (n[t]>0) M <- base::c(M,M1)
    if (!is.na(c$missing[t])) silence <- base::c(silence,MS)
    if (n[t]>0) {
      last <- tail(i,12); N <- sum(n[last])
      stands <- Map(function(y,a,m) { u <- sum(n[last]*plogis(a[last]))/N; rho <- min(m$class*u*(1-u),.5)
        p <- pbeta(1.5*u, u*(1/rho-1)+sum(y[last])/m$phi, (1-u)*(1/rho-1)+(N-sum(y[last]))/m$phi, lower.tail=FALSE)
        h <- 1.96*sqrt(m$class+m$phi/(N*u*(1-u))); base::c(p/max(1-p,1e-12), sum(y[last])/N, u, plogis(qlogis(u)-h), plogis(qlogis(u)+h)) },
        list(c$low,c$y1,c$y2), base::c(list(usual$low),usual$items), level)
      o <- sapply(stands,function(s) s[1]); odds <- base::c(odds, if (length(last)<6) NA else max(o))
      if (length(last)>=6 && max(o) >= 3612) cat("wave", t-1, sprintf("level %.14g", max(o)), "from wave", last[1]-1, "by stream", which.max(o), show(stands[[which.max(o)]][-1]), "\n")
    }
  }
  cat("change ", show(M), "\nsilence", show(silence), "\nlevel  ", show(odds), "\n")
}

after <- 10:14 # waves 9 to 13
but <- function(...) modifyList(class, list(...))
more <- function(x, by, at=after) { x[at] <- x[at]+by; x }
run("nothing", class)
run("the score falls", but(mean=more(class$mean,-.55)))
run("the answers spread", but(sd=more(class$sd,.35), mean=more(class$mean,-.1)))
run("girls fall", but(lowgirls=more(class$lowgirls,5), low=more(class$low,5), mean=more(class$mean,-.15)))
run("one question", but(y2=more(class$y2,6)), hold=10)
run("fewer answer", but(missing=more(class$missing,9)))
run("always bad", but(y1=more(class$y1,5,class$n>0)))
