"""Privacy at the door: columns that name a person are found before anything is made of them, and ids become pseudonyms."""
