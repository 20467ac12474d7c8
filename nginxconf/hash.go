package nginxconf

// A HashKey is one name that nginx puts into a hash when it starts.
type HashKey struct {
	Name string // lower case
	// Directive and Arg are where it stands, Arg -1 for the directive's name;
	// Directive is nil for a name that nginx adds.
	Directive *Directive
	Arg       int
}

// A Hash is one hash that nginx builds from the names of the configuration.
type Hash struct {
	// Name is nginx's, such as "server_names_hash"; the directives that bound it
	// add "_max_size" and "_bucket_size".
	Name string
	// At is the scope or the block whose names these are, In where its bounds are
	// looked up.
	At *Directive
	In *Scope
	// MaxSize and BucketSize are the bounds in force; BucketSize is rounded up to
	// whole cache lines.
	MaxSize, BucketSize int64
	// Tables are the parts that are built one by one: exact names, and each level
	// of names with wildcards.
	Tables [][]HashKey
}

// cacheLine is what nginx takes for the size of a cache line on x86-64 and
// 64-bit ARM; bucket sizes are multiples of it.
const cacheLine = 64

// A HashProblem is what nginx says of a hash it builds; HashFits is nothing.
type HashProblem uint8

const (
	// HashFits: the hash is built.
	HashFits HashProblem = iota
	// HashSlow: "could not build optimal"; nginx warns and goes on.
	HashSlow
	// HashBucketTooSmall: a name is longer than a bucket; nginx refuses.
	HashBucketTooSmall
	// HashMaxTooSmall: nginx refuses a size of zero and buckets beyond 64k.
	HashMaxTooSmall
	// HashBucketTooLarge: nginx refuses buckets beyond 64k.
	HashBucketTooLarge
)

// Refused reports whether nginx does not start.
func (p HashProblem) Refused() bool { return p > HashSlow }

// Problem builds the hash as ngx_hash_init does, and returns the first problem
// and the key at fault, if it is one.
func (h *Hash) Problem() (HashProblem, *HashKey) { return h.problemWith(h.MaxSize, h.BucketSize) }

func (h *Hash) problemWith(maxSize, bucketSize int64) (HashProblem, *HashKey) {
	worst := HashFits
	for _, table := range h.Tables {
		p, key := buildHash(table, maxSize, bucketSize)
		if p.Refused() {
			return p, key
		}
		worst = max(worst, p)
	}
	return worst, nil
}

// pointer is the size of a pointer on the 64-bit machines that nginx runs on.
const pointer = 8

// elementSize is NGX_HASH_ELT_SIZE: a pointer, and the length and the name
// rounded up to whole pointers.
func elementSize(name string) int64 { return pointer + align(int64(len(name))+2, pointer) }

func align(n, to int64) int64 { return (n + to - 1) / to * to }

// largestBucket is what a 16-bit size leaves for one bucket.
const largestBucket = 65536 - cacheLine

func buildHash(keys []HashKey, maxSize, bucketSize int64) (HashProblem, *HashKey) {
	switch {
	case maxSize == 0:
		return HashMaxTooSmall, nil
	case bucketSize > largestBucket:
		return HashBucketTooLarge, nil
	}
	sums := make([]uint64, len(keys))
	sizes := make([]int32, len(keys))
	for i := range keys {
		size := elementSize(keys[i].Name)
		if bucketSize < size+pointer {
			return HashBucketTooSmall, &keys[i]
		}
		sizes[i] = int32(size)
		sums[i] = hashSum(keys[i].Name)
	}
	room := bucketSize - pointer // a null pointer ends the bucket
	n := int64(len(keys))
	least := max(1, n/(room/(2*pointer)))
	if maxSize > 10000 && n > 0 && maxSize/n < 100 {
		least = maxSize - 1000
	}
	if fitsAny(sums, sizes, least, maxSize, room) {
		return HashFits, nil
	}
	if !fitsBuckets(make([]int32, maxSize), sums, sizes, largestBucket-pointer) {
		return HashMaxTooSmall, nil
	}
	return HashSlow, nil
}

// fitsAny reports whether names fit into some number of buckets from least to
// most. nginx tries all of them upwards; what is asked here is only whether there
// is one, so the likely ones come first: a few that are little above what the
// names need, then the largest.
func fitsAny(sums []uint64, sizes []int32, least, most, room int64) bool {
	var buckets []int32
	few := min(4*least+32, most)
	for size := least; size <= few; size++ {
		if int64(len(buckets)) < size {
			buckets = make([]int32, min(2*size+16, most))
		}
		if fitsBuckets(buckets[:size], sums, sizes, room) {
			return true
		}
	}
	buckets = make([]int32, most)
	for size := most; size > few; size-- {
		if fitsBuckets(buckets[:size], sums, sizes, room) {
			return true
		}
	}
	return false
}

// fitsBuckets reports whether names fit into empty buckets, and leaves them empty.
func fitsBuckets(buckets []int32, sums []uint64, sizes []int32, room int64) bool {
	n, fits := uint64(len(buckets)), true
	used := 0
	for used < len(sums) && fits {
		b := &buckets[sums[used]%n]
		*b += sizes[used]
		fits = int64(*b) <= room
		used++
	}
	for _, sum := range sums[:used] {
		buckets[sum%n] = 0
	}
	return fits
}

// hashSum is ngx_hash_key.
func hashSum(name string) uint64 {
	sum := uint64(0)
	for i := 0; i < len(name); i++ {
		sum = sum*31 + uint64(name[i])
	}
	return sum
}

// mostBuckets bounds what is proposed: a start takes longer with more.
const mostBuckets = 8192

// Enough returns the smallest bounds, doubled step by step, with which the hash is
// built without a word: nginx's advice is to raise the number of buckets first,
// and their size where a name does not fit or that does not help. ok is false
// when none are found.
func (h *Hash) Enough() (maxSize, bucketSize int64, ok bool) {
	names := 0
	for _, table := range h.Tables {
		names = max(names, len(table))
	}
	most := max(4*h.MaxSize, min(2*int64(names), mostBuckets))
	for bucketSize = max(cacheLine, h.BucketSize); bucketSize <= 16*1024; bucketSize *= 2 {
		for maxSize = max(1, h.MaxSize); maxSize <= most; maxSize *= 2 {
			if p, _ := h.problemWith(maxSize, bucketSize); p == HashFits {
				return maxSize, bucketSize, true
			}
		}
	}
	return 0, 0, false
}
