import StudyModel
import Testing

/// Which site is taken where none is named.
@Suite struct SiteChoiceTests {
  private func candidate(
    _ name: String, _ hosts: [String] = [], folder: Int = 1
  ) -> SiteChoice.Candidate {
    SiteChoice.Candidate(name: name, hosts: hosts, folder: folder, isOwn: folder == 0)
  }

  private func choose(
    _ candidates: [SiteChoice.Candidate], on host: String = "login1.here"
  ) -> Result<SiteChoice, SiteChoiceError> {
    Result { () throws(SiteChoiceError) in try SiteChoice(among: candidates, on: host) }
  }

  @Test(arguments: [
    ("jrlogin*", "jrlogin03.jureca", true), ("jrlogin*", "jrlogin03", true),
    ("jrlogin*.jureca", "jrlogin03.jureca", true), ("jrlogin*.jureca", "jrlogin03", false),
    ("jwlogin2?", "jwlogin21.juwels", true), ("jwlogin2?", "jwlogin2", false),
    ("jwlogin2?", "jwlogin210", false), ("LOGIN1", "login1.here", true), ("*", "", true),
    ("*a*b", "xaxbxab", true), ("*a*b", "xaxbxa", false), ("", "", true), ("", "a", false),
    ("login", "login1", false), ("ogin1", "login1", false), ("*.a.*", "x.a.y", true),
  ])
  func aPatternFitsAllOfAName(pattern: String, host: String, isFit: Bool) {
    #expect(hasHost(host, pattern) == isFit)
  }

  @Test func theSiteThatHasTheHostIsTaken() {
    let sites = [
      candidate("mine", folder: 0), candidate("a", ["x"]), candidate("b", ["y", "login?"]),
    ]
    #expect(choose(sites) == .success(SiteChoice(site: "b", reason: .host("login1.here"))))
  }

  @Test func aUsersOwnFileGoesBeforeTheOthers() {
    let sites = [candidate("mine", ["login1"], folder: 0), candidate("theirs", ["login1"])]
    #expect(choose(sites) == .success(SiteChoice(site: "mine", reason: .host("login1.here"))))
  }

  @Test func withoutAHostTheOnlyOwnSiteIsTaken() {
    let theirs = [candidate("generic"), candidate("theirs", ["x"])]
    #expect(
      choose([candidate("mine", folder: 0)] + theirs)
        == .success(SiteChoice(site: "mine", reason: .only)))
    let several = [candidate("mine", folder: 0), candidate("generic", folder: 0)]
    #expect(
      choose(several + theirs) == .success(SiteChoice(site: "generic", reason: .generic)))
  }

  @Test func whatCannotBeChosenIsToldWithARemedy() {
    #expect(
      choose([candidate("b", ["login1"]), candidate("a", ["login*"])])
        == .failure(.severalHaveHost("login1.here", sites: ["a", "b"])))
    #expect(choose([candidate("generic")]) == .failure(.noneHasHost("login1.here", own: [])))
    #expect(
      SiteChoiceError.severalHaveHost("login1", sites: ["a", "b"]).description == """
        several sites have this host, 'login1': a, b; name one by '--site' or RUNG_SITE
        """)
    #expect(
      SiteChoiceError.noneHasHost("login1", own: []).description == """
        no known site has this host, 'login1', and of your own there is none; name one by '--site' \
        or RUNG_SITE ('rung sites' lists them), or write 'hosts: [login1]' into its file
        """)
    #expect(
      SiteChoiceError.noneHasHost("login1", own: ["a", "b"]).description == """
        no known site has this host, 'login1', and of your own there are a, b; name one by '--site' \
        or RUNG_SITE ('rung sites' lists them), or write 'hosts: [login1]' into its file
        """)
  }
}
