/** One command of the walk, as somebody types it into a shell. */
export interface WalkStep {
  /** What it is for, in a few words. */
  readonly remark: string;
  /** For `sh`, with `strongroom` on its path. */
  readonly command: string;
  /** What its output must hold; by default it prints nothing. */
  readonly shows?: RegExp;
  /** By default 0. */
  readonly exitCode?: number;
  /** A word of the output, the first group, that later steps have as `$ID`. */
  readonly id?: RegExp;
}

/** What one person does in a row, on a machine of their own. */
export interface WalkPart {
  readonly intro: string;
  /** Whose remembered log-ins the commands use. */
  readonly person: 'root' | 'ada' | 'bob';
  readonly steps: readonly WalkStep[];
}

const STATUS = `-o answer.json -w '%{http_code}\\n'`;
const ADA_CURL = `curl -s --cacert tls.crt -H @ada.header`;
const BOB_CURL = `curl -s --cacert tls.crt -H @bob.header ${STATUS}`;

/** Files with these passwords lie ready; a person at a terminal is asked instead. */
export const PASSWORDS = {
  root: 'walnut tractor velvet oboe nine',
  ada: 'lantern gravel picnic cobalt two',
  bob: 'harbour thimble rocket moss five',
} as const;

/** From a server that nobody administers to a token that is refused, in the order of time. */
export const SERVER_WALK: readonly WalkPart[] = [
  {
    intro:
      'In another terminal, where `STRONGROOM_SERVER` is that address, `PIN` that SHA-256, `API` is `$STRONGROOM_SERVER/api/v1`, `tls.crt` the certificate (`strongroom-home/tls/tls.crt`), `run-1` the folder of that name in `examples/digits`, and files hold the token and the passwords (without files you are asked):',
    person: 'root',
    steps: [
      {
        remark: 'is it ready?',
        command: 'curl -s --cacert tls.crt $STRONGROOM_SERVER/readyz && echo',
        shows: /^\{"status":"ready"\}$/m,
      },
      {
        remark: 'the first administrator',
        command:
          'strongroom bootstrap root --token-file bootstrap.token --password-file root.password --pin $PIN',
        shows: /^user:root is the first administrator of https:/m,
      },
      {
        remark: 'what was just done, as on any other day',
        command: 'strongroom login --user root --password-file root.password',
        shows: /^logged in to https:\S+ as user:root$/m,
      },
      {
        remark: 'a place for models',
        command: 'strongroom ns create acme',
        shows: /^made namespace acme$/m,
      },
      {
        remark: 'a developer',
        command: 'strongroom user invite ada -o ada.invitation',
        shows: /^invited user:ada; the invitation ends /m,
      },
      {
        remark: 'somebody who may ask models, and not fetch them',
        command: 'strongroom user invite bob -o bob.invitation',
        shows: /^invited user:bob; the invitation ends /m,
      },
      {
        remark: 'what they may do',
        command: 'strongroom grant add user:ada developer acme',
        shows: /^user:ada is developer on acme$/m,
      },
      {
        remark: 'and where',
        command: 'strongroom grant add user:bob predictor acme/digits',
        shows: /^user:bob is predictor on acme\/digits$/m,
      },
    ],
  },
  {
    intro: 'Ada, on her machine; programs without `strongroom` need no more than a token and HTTPS:',
    person: 'ada',
    steps: [
      {
        remark: 'she chooses her password',
        command:
          'strongroom accept-invitation --token-file ada.invitation --password-file ada.password --pin $PIN',
        shows: /^logged in to https:\S+ as user:ada$/m,
      },
      {
        remark: 'and logs in with it',
        command: 'strongroom login --user ada --password-file ada.password',
        shows: /^logged in to https:\S+ as user:ada$/m,
      },
      {
        remark: 'a folder becomes a version',
        command: 'strongroom put run-1 acme/digits',
        shows: /^sealed acme\/digits@1 \(4 files, /m,
      },
      {
        remark: 'a file too, of a model that Bob was granted nothing on',
        command: 'strongroom put run-1/digits.onnx acme/draft',
        shows: /^sealed acme\/draft@1 \(/m,
      },
      {
        remark: 'what went in comes back as it was',
        command: 'strongroom get acme/digits -o out && diff -r run-1 out && echo the same',
        shows: /^the same$/m,
      },
      {
        remark: 'a token of her own',
        command: 'strongroom token create laptop -o ada.token',
        shows: /^made token \S+ of user:ada; it ends /m,
        id: /^made token (\S+) of/m,
      },
      {
        remark: 'in a file for curl, because arguments are seen by others',
        command: 'printf "Authorization: Bearer %s" "$(cat ada.token)" > ada.header',
      },
      {
        remark: 'another version, of two files, as a form',
        command: [
          `${ADA_CURL} ${STATUS} \\`,
          `    -F 'version={"files":[{"path":"digits.onnx"},{"path":"digits.safetensors"}]}' \\`,
          `    -F file=@run-1/digits.onnx -F file=@run-1/digits.safetensors $API/models/acme/digits/versions`,
        ].join('\n'),
        shows: /^201$/m,
      },
      {
        remark: 'and one of a single file, as it is',
        command: [
          `${ADA_CURL} ${STATUS} \\`,
          `    -H "Content-Type: application/octet-stream" --data-binary @run-1/digits.onnx \\`,
          `    "$API/models/acme/digits/versions?path=digits.onnx"`,
        ].join('\n'),
        shows: /^201$/m,
      },
      {
        remark: 'which comes back too',
        command: `${ADA_CURL} -o back.onnx $API/models/acme/digits/versions/3/files/digits.onnx && cmp back.onnx run-1/digits.onnx && echo the same`,
        shows: /^the same$/m,
      },
      {
        remark: 'what nobody has granted her, she cannot hand on',
        command: 'strongroom grant add user:bob developer acme',
        exitCode: 4,
        shows: /^strongroom: user:ada may not /m,
      },
    ],
  },
  {
    intro:
      'Bob, who believes the certificate itself. What he sees and may not do is forbidden (403); what he may not see does not exist (404):',
    person: 'bob',
    steps: [
      {
        remark: 'he chooses his',
        command:
          'strongroom accept-invitation --token-file bob.invitation --password-file bob.password --ca-file tls.crt',
        shows: /^logged in to https:\S+ as user:bob$/m,
      },
      {
        remark: 'and logs in with it',
        command: 'strongroom login --user bob --password-file bob.password',
        shows: /^logged in to https:\S+ as user:bob$/m,
      },
      {
        remark: 'no model comes out for him',
        command: 'strongroom get acme/digits -o bobs',
        exitCode: 4,
        shows: /^strongroom: user:bob may not version:download on acme\/digits$/m,
      },
      {
        remark: 'with curl it is the same',
        command: 'strongroom token create phone -o bob.token',
        shows: /^made token \S+ of user:bob; it ends /m,
      },
      {
        remark: 'his token, for curl',
        command: 'printf "Authorization: Bearer %s" "$(cat bob.token)" > bob.header',
      },
      {
        remark: 'seen and forbidden',
        command: `${BOB_CURL} $API/models/acme/digits/versions/1/files/digits.onnx`,
        shows: /^403$/m,
      },
      {
        remark: 'there, and not his to see',
        command: `${BOB_CURL} $API/models/acme/draft/versions/1/files/digits.onnx`,
        shows: /^404$/m,
      },
    ],
  },
  {
    intro: 'Ada again. A token that is revoked is refused at the next call:',
    person: 'ada',
    steps: [
      {
        remark: 'it works',
        command: `${ADA_CURL} ${STATUS} $API/models/acme/digits/versions`,
        shows: /^200$/m,
      },
      {
        remark: 'it is revoked',
        command: 'strongroom token revoke $ID',
        shows: /^revoked token \S+$/m,
      },
      {
        remark: 'it works no more',
        command: `${ADA_CURL} ${STATUS} $API/models/acme/digits/versions`,
        shows: /^401$/m,
      },
    ],
  },
];
