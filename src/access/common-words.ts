/** Words, names and phrases that stand in everybody's list of passwords; lower case. */
export const COMMON_WORDS: readonly string[] = `
password passwort passwd passphrase passcode pass word secret secure security login logon letmein welcome hello
admin administrator root user guest test testing tester demo default changeme change please access master system
server computer internet network database backup service account office company business manager work job
qwerty azerty abc asdf zxcv iloveyou love loveyou lovely loveme baby babygirl honey angel sweet sweetheart
monkey dragon tiger lion eagle falcon wolf bear horse battery staple correct dog cat puppy kitty bunny butterfly
football baseball soccer basketball hockey golf liverpool chelsea arsenal barcelona realmadrid juventus
princess sunshine rainbow flower rose star moon sun summer winter spring autumn fall snow ocean river mountain
january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday birthday christmas happy
superman batman spiderman starwars pokemon naruto minecraft fortnite matrix trustno hunter killer shadow ninja
michael jennifer jordan daniel jessica ashley amanda thomas robert joshua andrew matthew nicole michelle charlie
david james john mary anna maria peter alex alexander max lisa sarah laura julia martin george william
google facebook amazon microsoft apple windows linux android iphone samsung yahoo hotmail gmail youtube twitter
money dollar gold silver diamond rich freedom forever always never nothing whatever fuck fuckyou shit sexy
cheese chocolate cookie banana orange apple pepper coffee pizza beer whiskey ginger
jesus christ god heaven blessed faith hope grace family mother father sister brother friend friends forever
america england germany france london paris berlin newyork california texas
is my in to of it we he she the this that has was who and you are for this that with our your from not one two three four five six seven eight nine ten
first last big little new old red blue green black white purple yellow
model models machine learning data science python tensor neural production staging develop developer
`
  .trim()
  .split(/\s+/);
