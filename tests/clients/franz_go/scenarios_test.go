// Scenarios of franz-go against the broker at $BOOTSTRAP. It takes the highest common version of everything.
package franz_go

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"sort"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

var numbers atomic.Int64

func name(what string) string {
	return fmt.Sprintf("%s-go-%d-%d", what, os.Getpid(), numbers.Add(1))
}

func patience(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func client(t *testing.T, options ...kgo.Opt) *kgo.Client {
	t.Helper()
	made, err := kgo.NewClient(append(options, kgo.SeedBrokers(os.Getenv("BOOTSTRAP")))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.Close)
	return made
}

func admin(t *testing.T) *kadm.Client { return kadm.NewClient(client(t)) }

func topic(t *testing.T, partitions int32) string {
	t.Helper()
	made := name("topic")
	if _, err := admin(t).CreateTopic(patience(t), partitions, 1, nil, made); err != nil {
		t.Fatal(err)
	}
	return made
}

func produce(t *testing.T, producer *kgo.Client, topic string, values ...string) []*kgo.Record {
	t.Helper()
	records := make([]*kgo.Record, len(values))
	for i, value := range values {
		records[i] = &kgo.Record{Topic: topic, Value: []byte(value)}
	}
	if err := producer.ProduceSync(patience(t), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	return records
}

func take(t *testing.T, consumer *kgo.Client, count int) []*kgo.Record {
	t.Helper()
	ctx := patience(t)
	var found []*kgo.Record
	for len(found) < count {
		fetches := consumer.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("%d of %d records: %v", len(found), count, err)
		}
		found = append(found, fetches.Records()...)
	}
	return found
}

func read(t *testing.T, topic string, count int, options ...kgo.Opt) []string {
	t.Helper()
	options = append(options, kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	var values []string
	for _, record := range take(t, client(t, options...), count) {
		values = append(values, string(record.Value))
	}
	return values
}

func TestWhatIsProducedWithACodecIsConsumed(t *testing.T) {
	codecs := map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	}
	for title, codec := range codecs {
		t.Run(title, func(t *testing.T) {
			target := topic(t, 1)
			var values []string
			for i := range 300 {
				values = append(values, fmt.Sprintf("%s %d abcabcabcabc", title, i))
			}
			produce(t, client(t, kgo.ProducerBatchCompression(codec)), target, values...)
			if got := read(t, target, len(values)); !reflect.DeepEqual(got, values) {
				t.Fatalf("read %v", got)
			}
		})
	}
}

func TestKeysHeadersAndTimestampsComeBackAsTheyWent(t *testing.T) {
	target := topic(t, 1)
	sent := &kgo.Record{
		Topic: target, Key: []byte{}, Value: nil, Timestamp: time.UnixMilli(1_700_000_000_123),
		Headers: []kgo.RecordHeader{{Key: "a", Value: []byte("1")}, {Key: "a", Value: []byte{}}, {Key: "b"}},
	}
	if err := client(t).ProduceSync(patience(t), sent).FirstErr(); err != nil {
		t.Fatal(err)
	}
	got := take(t, client(t, kgo.ConsumeTopics(target), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())), 1)[0]
	if got.Value != nil || got.Key == nil || len(got.Key) != 0 || !got.Timestamp.Equal(sent.Timestamp) {
		t.Fatalf("got %+v", got)
	}
	if len(got.Headers) != 3 || got.Headers[2].Value != nil || got.Headers[1].Value == nil {
		t.Fatalf("headers %+v", got.Headers)
	}
}

func TestAGroupSharesPartitionsAndTakesOverWhenOneLeaves(t *testing.T) {
	for title, balancer := range map[string]kgo.GroupBalancer{
		"range": kgo.RangeBalancer(), "cooperative": kgo.CooperativeStickyBalancer(),
	} {
		t.Run(title, func(t *testing.T) {
			target, group := topic(t, 4), name("group")
			member := func() *kgo.Client {
				return client(t, kgo.ConsumeTopics(target), kgo.ConsumerGroup(group), kgo.Balancers(balancer),
					kgo.SessionTimeout(6*time.Second), kgo.HeartbeatInterval(300*time.Millisecond))
			}
			first := member()
			settle(t, group, 1, 4)
			second := member()
			settle(t, group, 2, 4)
			second.Close()
			settle(t, group, 1, 4)
			first.Close()
		})
	}
}

// settle waits until so many members own every partition, each partition once.
func settle(t *testing.T, group string, members, partitions int) {
	t.Helper()
	ctx, look := patience(t), admin(t)
	for {
		described, err := look.DescribeGroups(ctx, group)
		if err != nil && !kerr.IsRetriable(errors.Unwrap(err)) && ctx.Err() != nil {
			t.Fatal(err) // until then: the coordinator's topic is being created
		}
		var owned []int
		for _, member := range described[group].Members {
			if assignment, ok := member.Assigned.AsConsumer(); ok {
				for _, topic := range assignment.Topics {
					for _, partition := range topic.Partitions {
						owned = append(owned, int(partition))
					}
				}
			}
		}
		sort.Ints(owned)
		want := make([]int, partitions)
		for i := range want {
			want[i] = i
		}
		if described[group].State == "Stable" && len(described[group].Members) == members && reflect.DeepEqual(owned, want) {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("members %d, owned %v", len(described[group].Members), owned)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func TestTransactionsAreAllOrNothing(t *testing.T) {
	target := topic(t, 1)
	producer := client(t, kgo.TransactionalID(name("id")))
	for _, one := range []struct {
		value string
		end   kgo.TransactionEndTry
	}{{"a", kgo.TryCommit}, {"b", kgo.TryAbort}, {"c", kgo.TryCommit}} {
		if err := producer.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		produce(t, producer, target, one.value)
		if err := producer.EndTransaction(patience(t), one.end); err != nil {
			t.Fatal(err)
		}
	}
	committed := read(t, target, 2, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if !reflect.DeepEqual(committed, []string{"a", "c"}) {
		t.Fatalf("read_committed %v", committed)
	}
	if all := read(t, target, 3); !reflect.DeepEqual(all, []string{"a", "b", "c"}) {
		t.Fatalf("read_uncommitted %v", all)
	}
}

func TestAGroupTransactSessionCommitsItsOffsetsWithItsRecords(t *testing.T) {
	source, target, group := topic(t, 1), topic(t, 1), name("group")
	produce(t, client(t), source, "0", "1", "2")
	session, err := kgo.NewGroupTransactSession(
		kgo.SeedBrokers(os.Getenv("BOOTSTRAP")), kgo.TransactionalID(name("id")), kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(source), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.RequireStableFetchOffsets(),
	)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	ctx := patience(t)
	for copied := 0; copied < 3; {
		fetches := session.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		if err := session.Begin(); err != nil {
			t.Fatal(err)
		}
		for _, record := range fetches.Records() {
			session.Produce(ctx, &kgo.Record{Topic: target, Value: record.Value}, nil)
		}
		committed, err := session.End(ctx, kgo.TryCommit)
		if err != nil {
			t.Fatal(err)
		}
		if committed {
			copied += fetches.NumRecords()
		}
	}
	if got := read(t, target, 3, kgo.FetchIsolationLevel(kgo.ReadCommitted())); !reflect.DeepEqual(got, []string{"0", "1", "2"}) {
		t.Fatalf("copied %v", got)
	}
	offsets, err := admin(t).FetchOffsets(ctx, group)
	if err != nil || offsets[source][0].At != 3 {
		t.Fatalf("offsets %v, %v", offsets, err)
	}
}

func TestANewerProducerFencesTheOlderOne(t *testing.T) {
	target, id := topic(t, 1), name("id")
	old := client(t, kgo.TransactionalID(id))
	if err := old.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	produce(t, old, target, "zombie")
	newer := client(t, kgo.TransactionalID(id))
	if err := newer.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	produce(t, newer, target, "new")
	if err := newer.EndTransaction(patience(t), kgo.TryCommit); err != nil {
		t.Fatal(err)
	}
	err := old.EndTransaction(patience(t), kgo.TryCommit)
	if !errors.Is(err, kerr.ProducerFenced) && !errors.Is(err, kerr.InvalidProducerEpoch) {
		t.Fatalf("the zombie's commit: %v", err)
	}
	if got := read(t, target, 1, kgo.FetchIsolationLevel(kgo.ReadCommitted())); !reflect.DeepEqual(got, []string{"new"}) {
		t.Fatalf("read_committed %v", got)
	}
}

// awaitConfig returns when the topic has the value. Kafka answers a change before its brokers have heard of it.
func awaitConfig(t *testing.T, look *kadm.Client, topic, key, value string) {
	t.Helper()
	ctx := patience(t)
	for {
		configs, err := look.DescribeTopicConfigs(ctx, topic)
		if err != nil {
			t.Fatalf("%s of %s is not yet %s: %v", key, topic, value, err)
		}
		for _, config := range configs[0].Configs {
			if config.Key == key && config.MaybeValue() == value {
				return
			}
		}
	}
}

func TestAnAdministratorSeesAndChangesTopicsOffsetsAndGroups(t *testing.T) {
	ctx, look, target, group := patience(t), admin(t), topic(t, 2), name("group")
	for i := range 5 {
		record := &kgo.Record{Topic: target, Partition: 0, Timestamp: time.UnixMilli(1_700_000_000_000 + 1000*int64(i))}
		sink := client(t, kgo.RecordPartitioner(kgo.ManualPartitioner()))
		if err := sink.ProduceSync(ctx, record).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	ends, err := look.ListEndOffsets(ctx, target)
	if err != nil || ends[target][0].Offset != 5 {
		t.Fatalf("ends %v, %v", ends, err)
	}
	after, err := look.ListOffsetsAfterMilli(ctx, 1_700_000_002_500, target)
	if err != nil || after[target][0].Offset != 3 {
		t.Fatalf("after %v, %v", after, err)
	}
	deleted, err := look.DeleteRecords(ctx, kadm.Offsets{target: {0: {Topic: target, Partition: 0, At: 2}}})
	if err != nil || deleted[target][0].LowWatermark != 2 {
		t.Fatalf("deleted %v, %v", deleted, err)
	}
	commits := kadm.Offsets{target: {0: {Topic: target, Partition: 0, At: 4, LeaderEpoch: -1, Metadata: "m"}}}
	if _, err := look.CommitOffsets(ctx, group, commits); err != nil {
		t.Fatal(err)
	}
	lags, err := look.Lag(ctx, group)
	if err != nil || lags[group].Lag[target][0].Lag != 1 {
		t.Fatalf("lag %v, %v", lags, err)
	}
	if _, err := look.UpdatePartitions(ctx, 3, target); err != nil {
		t.Fatal(err)
	}
	value := "12345"
	if _, err := look.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Name: "retention.ms", Value: &value}}, target); err != nil {
		t.Fatal(err)
	}
	awaitConfig(t, look, target, "retention.ms", value)
	if _, err := look.DeleteGroups(ctx, group); err != nil {
		t.Fatal(err)
	}
	if _, err := look.DeleteTopics(ctx, target); err != nil {
		t.Fatal(err)
	}
}
