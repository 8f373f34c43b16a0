# Runs a block of the page on the cases in a folder: driver.rb BLOCK CASES. The body is read like a Rack request body.

block, cases = ARGV
require block

Dir.children(cases).sort.each do |name|
  read = ->(file) { File.read(File.join(cases, name, file), encoding: Encoding::UTF_8) }
  body = File.binread(File.join(cases, name, "body"))
  verified = verify(read["secret"], read["id"], read["timestamp"], read["signatures"], body)
  puts "#{name} #{verified ? "verified" : "refused"}"
end
