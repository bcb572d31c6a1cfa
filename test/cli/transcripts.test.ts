import { testTranscripts } from './transcripts-kit.ts';

testTranscripts('ordinary');
