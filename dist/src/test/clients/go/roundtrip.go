// Produces with every codec and fetches by assignment with franz-go.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const records = 1000

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	roundTrip(ctx, "none", kgo.NoCompression())
	roundTrip(ctx, "gzip", kgo.GzipCompression())
	roundTrip(ctx, "snappy", kgo.SnappyCompression())
	roundTrip(ctx, "lz4", kgo.Lz4Compression())
	roundTrip(ctx, "zstd", kgo.ZstdCompression())
	fmt.Println("ok")
}

func roundTrip(ctx context.Context, name string, codec kgo.CompressionCodec) {
	topic := "franz-" + name
	seeds := kgo.SeedBrokers(os.Args[1])
	producer, err := kgo.NewClient(seeds, kgo.AllowAutoTopicCreation(), kgo.ProducerBatchCompression(codec),
		kgo.RecordPartitioner(kgo.ManualPartitioner()))
	check(err)
	for i := range records {
		producer.Produce(ctx, &kgo.Record{Topic: topic, Value: fmt.Appendf(nil, "v%d", i)},
			func(_ *kgo.Record, err error) { check(err) })
	}
	check(producer.Flush(ctx))
	producer.Close()
	start := map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}
	consumer, err := kgo.NewClient(seeds, kgo.ConsumePartitions(start))
	check(err)
	defer consumer.Close()
	for next := 0; next < records; {
		fetches := consumer.PollFetches(ctx)
		check(fetches.Err())
		fetches.EachRecord(func(record *kgo.Record) {
			if record.Offset != int64(next) || string(record.Value) != fmt.Sprintf("v%d", next) {
				log.Fatalf("%s: offset %d has %s, wanted offset %d", topic, record.Offset, record.Value, next)
			}
			next++
		})
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
